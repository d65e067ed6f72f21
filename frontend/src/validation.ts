/** Which values of the form cannot be sent to the API. */

import { ALL_FIELDS } from "./configuration";
import type { FieldName, FormValues } from "./types";

/** The fields with a value that the API does not accept, each with what to enter instead. */
export function invalidFields(values: FormValues): Partial<Record<FieldName, string>> {
  const errors = ALL_FIELDS.map((field) => [field, errorOf(field, values[field])] as const);
  return Object.fromEntries(errors.filter(([, error]) => error !== undefined));
}

/** The API ignores zero and negative numbers. */
function errorOf(field: FieldName, value: FormValues[FieldName]): string | undefined {
  if (typeof value !== "number") {
    return undefined;
  }
  if (field === "gpu_memory_utilization") {
    return value > 0 && value <= 1 ? undefined : "Enter a number above 0 and at most 1.";
  }
  return Number.isSafeInteger(value) && value >= 1 ? undefined : "Enter a whole number of at least 1.";
}
