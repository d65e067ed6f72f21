import type { ReactNode } from "react";

import { ERROR_TEXT, FOCUS, MUTED } from "../components/styles";

export const CONTROL =
  "h-11 w-full min-w-0 rounded-lg border border-slate-400 bg-white px-3 text-slate-900 tabular-nums " +
  "placeholder:text-slate-500 aria-invalid:border-2 aria-invalid:border-red-700 dark:border-slate-500 dark:bg-slate-900 " +
  "dark:text-slate-50 dark:placeholder:text-slate-400 dark:aria-invalid:border-red-400 " +
  FOCUS;

interface FieldProps {
  /** The ID of the labeled control. */
  id: string;
  label: string;
  hint?: string;
  /** What is wrong with the value. */
  error?: string;
  children: ReactNode;
}

/** A control with a label above it, and below it an optional hint, `${id}-hint`, and error, `${id}-error`. */
export function Field({ id, label, hint, error, children }: FieldProps) {
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-sm font-medium text-slate-800 dark:text-slate-200">
        {label}
      </label>
      {children}
      {error !== undefined && (
        <p id={`${id}-error`} className={`mt-1 text-sm ${ERROR_TEXT}`}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={`mt-1 text-sm ${MUTED}`}>
          {hint}
        </p>
      )}
    </div>
  );
}
