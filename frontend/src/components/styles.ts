/** Class names shared by several components. */

export const SURFACE = "rounded-xl border border-slate-200 bg-white dark:border-slate-700 dark:bg-slate-900";
export const CARD = `${SURFACE} p-4 sm:p-5`;

// An outline, because browsers draw no box shadows in forced colors mode.
export const FOCUS =
  "outline-offset-2 focus-visible:outline-2 focus-visible:outline-teal-600 dark:focus-visible:outline-teal-400";

// The border is transparent except in forced colors mode, which removes the background.
const FILLED_BUTTON =
  "inline-flex cursor-pointer items-center justify-center gap-2 rounded-lg border border-transparent px-4 py-2.5 font-medium " +
  "transition-colors motion-reduce:transition-none disabled:cursor-not-allowed disabled:bg-slate-200 " +
  `disabled:text-slate-500 dark:disabled:bg-slate-800 dark:disabled:text-slate-400 ${FOCUS}`;

export const PRIMARY_BUTTON = `bg-teal-700 text-white hover:bg-teal-800 ${FILLED_BUTTON}`;

export const SUBMIT_BUTTON =
  "bg-slate-900 text-white hover:bg-slate-700 dark:bg-slate-100 dark:text-slate-950 dark:hover:bg-white " +
  FILLED_BUTTON;

export const SECONDARY_BUTTON =
  "inline-flex cursor-pointer items-center justify-center gap-2 rounded-lg border border-slate-300 bg-white px-3 py-1.5 " +
  "text-sm font-medium text-slate-800 transition-colors motion-reduce:transition-none hover:border-slate-400 " +
  "hover:bg-slate-50 disabled:cursor-not-allowed disabled:text-slate-500 dark:border-slate-600 dark:bg-slate-800 " +
  "dark:text-slate-100 dark:hover:border-slate-500 dark:hover:bg-slate-700 dark:disabled:text-slate-400 " +
  FOCUS;

export const HEADING = "text-base font-semibold text-slate-900 dark:text-slate-50";
export const SUBHEADING = "text-sm font-semibold text-slate-900 dark:text-slate-50";
export const BODY_TEXT = "text-slate-700 dark:text-slate-300";
export const STRONG_TEXT = "font-semibold text-slate-900 dark:text-slate-50";
export const MUTED = "text-slate-600 dark:text-slate-400";
export const ACCENT_TEXT = "font-medium text-teal-800 dark:text-teal-300";
export const WARNING_TEXT = "text-amber-800 dark:text-amber-300";
export const LINK = `rounded break-words underline underline-offset-2 ${FOCUS}`;
export const TEXT_BUTTON = `cursor-pointer rounded underline underline-offset-2 ${ACCENT_TEXT} ${FOCUS}`;
export const ERROR_TEXT = "text-red-700 dark:text-red-300";
