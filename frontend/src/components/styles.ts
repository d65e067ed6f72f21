/** Class names shared by several components. */

export const SURFACE = "rounded-xl border border-slate-200 bg-white dark:border-slate-700 dark:bg-slate-900";
export const CARD = `${SURFACE} p-3 sm:p-5`;

export const FOCUS =
  "outline-none focus-visible:ring-2 focus-visible:ring-teal-600 focus-visible:ring-offset-2 " +
  "focus-visible:ring-offset-white dark:focus-visible:ring-teal-400 dark:focus-visible:ring-offset-slate-900";

export const PRIMARY_BUTTON =
  "inline-flex cursor-pointer items-center justify-center gap-2 rounded-lg bg-teal-700 px-4 py-2.5 font-medium text-white " +
  "transition-colors motion-reduce:transition-none hover:bg-teal-800 disabled:cursor-not-allowed " +
  "disabled:bg-slate-200 disabled:text-slate-500 dark:disabled:bg-slate-800 " +
  `dark:disabled:text-slate-400 ${FOCUS}`;

export const SUBMIT_BUTTON =
  "cursor-pointer rounded-lg bg-slate-900 px-4 py-2.5 font-medium text-white transition-colors motion-reduce:transition-none " +
  "hover:bg-slate-700 disabled:cursor-not-allowed disabled:bg-slate-200 disabled:text-slate-500 " +
  "dark:bg-slate-100 dark:text-slate-950 dark:hover:bg-white dark:disabled:bg-slate-800 " +
  `dark:disabled:text-slate-400 ${FOCUS}`;

export const SECONDARY_BUTTON =
  "inline-flex cursor-pointer items-center justify-center gap-2 rounded-lg border border-slate-300 bg-white px-3 py-1.5 " +
  "text-sm font-medium text-slate-800 transition-colors motion-reduce:transition-none hover:border-slate-400 " +
  "hover:bg-slate-50 dark:border-slate-600 dark:bg-slate-800 dark:text-slate-100 dark:hover:border-slate-500 " +
  `dark:hover:bg-slate-700 ${FOCUS}`;

export const HEADING = "text-base font-semibold text-slate-900 dark:text-slate-50";
export const SUBHEADING = "text-sm font-semibold text-slate-900 dark:text-slate-50";
export const MUTED = "text-slate-600 dark:text-slate-400";
export const ACCENT_TEXT = "font-medium text-teal-800 dark:text-teal-300";
export const WARNING_TEXT = "text-amber-800 dark:text-amber-300";
