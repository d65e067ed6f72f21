/** Which values of the form cannot be sent to the API. */

import { CONFIG_FIELDS } from "./configuration";
import type { FieldName, FormValues } from "./types";

/** The fields with a value that the API does not accept. It ignores zero and negative numbers. */
export function invalidFields(values: FormValues): FieldName[] {
  return CONFIG_FIELDS.filter((field) => !isValid(values[field]));
}

/** Whether a value is empty or can be sent. */
function isValid(value: FormValues[FieldName]): boolean {
  return typeof value !== "number" || (Number.isSafeInteger(value) && value >= 1);
}
