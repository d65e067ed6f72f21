import type { ReactNode } from "react";

import { FOCUS, MUTED } from "../components/styles";

export const CONTROL =
  "h-11 w-full min-w-0 rounded-lg border border-slate-400 bg-white px-3 text-slate-900 tabular-nums " +
  "placeholder:text-slate-500 dark:border-slate-500 dark:bg-slate-900 dark:text-slate-50 " +
  `dark:placeholder:text-slate-400 ${FOCUS}`;

interface FieldProps {
  /** The ID of the labeled control. */
  id: string;
  label: string;
  hint?: string;
  children: ReactNode;
}

/** A control with a label above it and an optional hint below it, whose ID is `${id}-hint`. */
export function Field({ id, label, hint, children }: FieldProps) {
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-sm font-medium text-slate-800 dark:text-slate-200">
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={`mt-1 text-sm ${MUTED}`}>
          {hint}
        </p>
      )}
    </div>
  );
}
