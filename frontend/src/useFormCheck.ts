import type { RecommendError } from "./api";
import { changedFields, configValues, filledFields, toOverrides, updatedValues } from "./configuration";
import { isFeasible } from "./types";
import type { FieldName, FormValues, RecommendResponse } from "./types";
import { isResultOf, useDebouncedRecommendation } from "./useDebouncedRecommendation";
import type { RecommendRequest } from "./useRecommendation";
import { invalidFields } from "./validation";

/** How long the values of the form have to stay the same before they are checked. */
const DEBOUNCE_MS = 400;

export interface FormCheck {
  /** The valid fields that differ from the recommendation. */
  changed: FieldName[];
  /** The response to the values of the form; the previous one until the next arrives. */
  response?: RecommendResponse;
  /** Whether `response` is about to be replaced because the form has changed since. */
  isUpdating: boolean;
  error?: RecommendError;
  /** Values recommended for unchanged fields, where the changes make them differ from the form. */
  updatedValues: FormValues;
}

interface FormCheckOptions {
  request: RecommendRequest;
  values: FormValues;
  /** The response to `request`. Nothing is checked without it. */
  recommendation?: RecommendResponse;
  /** Whether the values were made for another model or instance type. They are not checked then. */
  isStale: boolean;
  baseUrl?: string;
}

/**
 * Check the values of the form with the service once one of them differs from the recommendation.
 *
 * All values are sent, so that the response is about the form as it is. A second request with the changed values alone
 * asks what the service would choose for the others.
 */
export function useFormCheck(options: FormCheckOptions): FormCheck {
  const { request, values, recommendation, isStale, baseUrl } = options;
  const invalid = invalidFields(values);
  const valid = filledFields(values).filter((field) => invalid[field] === undefined);
  const changed = recommendation && !isStale ? changedOf(recommendation, values, valid) : [];

  const wholeForm = { ...request, overrides: toOverrides(values, valid) };
  const checked = useDebouncedRecommendation(wholeForm, {
    enabled: changed.length > 0,
    delayMs: DEBOUNCE_MS,
    baseUrl,
  });
  const isUpToDate = isResultOf(checked, wholeForm);
  const response = checked.status === "success" ? checked.response : undefined;

  const changesOnly = { ...request, overrides: toOverrides(values, changed) };
  const hint = useDebouncedRecommendation(changesOnly, {
    enabled: isUpToDate && changed.length < valid.length,
    delayMs: 0,
    baseUrl,
  });
  return {
    changed,
    response,
    isUpdating: changed.length > 0 && !isUpToDate,
    error: checked.status === "error" ? checked.error : undefined,
    updatedValues:
      hint.status === "success" && isFeasible(hint.response) && isResultOf(hint, changesOnly)
        ? updatedValues(hint.response, values, changed)
        : {},
  };
}

function changedOf(recommendation: RecommendResponse, values: FormValues, valid: FieldName[]): FieldName[] {
  const recommended = isFeasible(recommendation) ? configValues(recommendation) : {};
  return changedFields(values, recommended).filter((field) => valid.includes(field));
}
