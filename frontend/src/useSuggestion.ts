import { useEffect, useId, useState } from "react";

import type { RecommendError } from "./api";
import { configValues, filledFields, toOverrides } from "./configuration";
import { isFeasible } from "./types";
import type { Checkpoint, FeasibleResponse, FieldName, FormValues, RecommendResponse } from "./types";
import { useFormCheck } from "./useFormCheck";
import { useLatest } from "./useLatest";
import {
  isSameSelection,
  isStateOf,
  useRecommendation,
  type RecommendRequest,
  type RequestState,
  type Selection,
} from "./useRecommendation";
import { groupWarnings, NO_WARNINGS, type ConfigWarnings } from "./warnings";

export interface UseSuggestionOptions {
  /** Hugging Face model ID in the form. Nothing is requested while it is empty. */
  model: string;
  /** EC2 instance type in the form. Nothing is requested while it is empty. */
  instanceType: string;
  /** Hugging Face token, sent in a header with each request. */
  hfToken?: string;
  /** The version of vLLM that will run the model, sent with each request. */
  vllmVersion?: string;
  /** The form's values. Without them, changed values are not checked. */
  values?: FormValues;
  /** Fills the form. */
  onApply: (values: FormValues) => void;
  /** Changes the form's instance type. Without it, a larger instance is shown without a button. */
  onInstanceTypeChange?: (instanceType: string) => void;
  /** Changes the form's model. Without it, pre-quantized checkpoints are shown without a button. */
  onModelChange?: (model: string) => void;
  /** Origin of the service. Defaults to the page's own origin. */
  baseUrl?: string;
}

export interface Suggestion {
  model: string;
  instanceType: string;
  values: FormValues;
  isLoading: boolean;
  /** The response for the model on the instance type, without any values of the form. */
  recommendation?: RecommendResponse;
  /** The response to the form's values; the recommendation while they do not differ from it. */
  current?: RecommendResponse;
  /** The fields that differ from the recommendation. */
  changed: FieldName[];
  /** Whether `current` is about to be replaced because the form has changed since. */
  isUpdating: boolean;
  /** What the form's values were made for, if that is not what is selected. */
  staleSelection?: Selection;
  /** Why the recommendation could not be fetched. */
  error?: RecommendError;
  /** Why the form's values could not be checked. */
  checkError?: RecommendError;
  /** Whether the model needs a token, or a different one. */
  needsToken: boolean;
  warnings: ConfigWarnings;
  /** Values recommended for unchanged fields, where changes to other fields make them differ from the form. */
  updatedValues: FormValues;
  /** Tensor parallel degrees to choose from. Empty before the first response. */
  tpOptions: number[];
  /** The name of the option that filled the form last, for its announcement. */
  appliedOption?: string;
  /** The ID of the Suggest Config button. */
  buttonId: string;
  /** Fill the form with the recommended configuration, or the one recommended for the values in `kept`. */
  suggest: (kept?: FormValues) => void;
  /** Fills the form. `option` is the name of an option to announce. */
  apply: (values: FormValues, option?: string) => void;
  switchInstanceType?: (instanceType: string) => void;
  selectCheckpoint?: (checkpoint: Checkpoint) => void;
}

/** The state of `SuggestConfig` and `FieldWarning`. Call it in the component that holds the form's values. */
export function useSuggestion(options: UseSuggestionOptions): Suggestion {
  const { model, instanceType, hfToken, vllmVersion, values = NO_VALUES, baseUrl } = options;
  const request: RecommendRequest = { model, instanceType, vllmVersion, hfToken };
  const { state, appliedFor, recommendAndApply, applyFor } = useFormRecommendation(options);
  const [appliedOption, setAppliedOption] = useState<string>();

  const recommendation = state.status === "success" ? state.response : undefined;
  const isStale = appliedFor !== undefined && !isSameSelection(appliedFor, request);
  const check = useFormCheck({ request, values, recommendation, isStale, baseUrl });
  const current = check.response ?? recommendation;
  const feasible = feasibleOrUndefined(current);
  const error = errorOf(state);

  const recommend = (changes: Partial<RecommendRequest> = {}, kept?: FormValues) => {
    setAppliedOption(undefined);
    recommendAndApply({ ...request, ...changes }, kept);
  };
  return {
    model,
    instanceType,
    values,
    isLoading: state.status === "loading",
    recommendation,
    current,
    changed: check.changed,
    isUpdating: check.isUpdating,
    staleSelection: isStale ? appliedFor : undefined,
    error,
    checkError: check.error,
    needsToken: error?.code === "model_gated" || error?.code === "hf_token_rejected",
    warnings: feasible
      ? groupWarnings(feasible, { values, changed: check.changed, known: recommendation?.warning_codes })
      : NO_WARNINGS,
    updatedValues: check.updatedValues,
    tpOptions: (feasible ?? feasibleOrUndefined(recommendation))?.valid_tp_options ?? [],
    appliedOption,
    buttonId: useId(),
    suggest: (kept) => recommend({}, kept),
    apply: (newValues, option) => {
      setAppliedOption(option);
      applyFor(request, newValues);
    },
    ...formActions(options, recommend, applyFor),
  };
}

const NO_VALUES: FormValues = {};

interface FormRecommendation {
  /** The state of the request for what is selected in the form. */
  state: RequestState;
  /** What the form was filled for last. */
  appliedFor?: Selection;
  /** Send a request and fill the form with the response, or with the one for the values in `kept`. */
  recommendAndApply: (request: RecommendRequest, kept?: FormValues) => void;
  /** Fill the form with values for `selection`. */
  applyFor: (selection: Selection, values: FormValues) => void;
}

function useFormRecommendation(options: UseSuggestionOptions): FormRecommendation {
  const { model, instanceType, vllmVersion, baseUrl } = options;
  const { state, recommend, abort } = useRecommendation(baseUrl);
  const { recommend: recommendFor, abort: abortFor } = useRecommendation(baseUrl);
  const [appliedFor, setAppliedFor] = useState<Selection>();
  const latest = useLatest({ ...options, state });

  useEffect(() => {
    if (!isStateOf(latest.current.state, { model, instanceType, vllmVersion })) {
      abort();
      abortFor();
    }
  }, [model, instanceType, vllmVersion, abort, abortFor, latest]);

  const applyFor = (selection: Selection, values: FormValues) => {
    const { model, instanceType, vllmVersion } = selection;
    setAppliedFor({ model, instanceType, vllmVersion });
    latest.current.onApply(values);
  };
  const recommendAndApply = async (request: RecommendRequest, kept: FormValues = {}) => {
    abortFor();
    const recommended = await recommend(request);
    const fields = filledFields(kept);
    const response =
      recommended && fields.length > 0
        ? await recommendFor({ ...request, overrides: toOverrides(kept, fields) })
        : recommended;
    const configuration = feasibleOrUndefined(response);
    if (configuration) {
      applyFor(request, configValues(configuration));
    }
  };
  return {
    state: isStateOf(state, { model, instanceType, vllmVersion }) ? state : IDLE,
    appliedFor,
    recommendAndApply: (request, kept) => void recommendAndApply(request, kept),
    applyFor,
  };
}

const IDLE: RequestState = { status: "idle" };

/** The actions that change the form's model or instance type, as far as the form allows it. */
function formActions(
  { instanceType, vllmVersion, onInstanceTypeChange, onModelChange }: UseSuggestionOptions,
  recommend: (changes: Partial<RecommendRequest>) => void,
  applyFor: FormRecommendation["applyFor"],
): Pick<Suggestion, "switchInstanceType" | "selectCheckpoint"> {
  return {
    switchInstanceType:
      onInstanceTypeChange &&
      ((newInstanceType) => {
        onInstanceTypeChange(newInstanceType);
        recommend({ instanceType: newInstanceType });
      }),
    selectCheckpoint:
      onModelChange &&
      ((checkpoint) => {
        onModelChange(checkpoint.model);
        applyFor({ model: checkpoint.model, instanceType, vllmVersion }, configValues(checkpoint));
        recommend({ model: checkpoint.model });
      }),
  };
}

function feasibleOrUndefined(response: RecommendResponse | undefined): FeasibleResponse | undefined {
  return response && isFeasible(response) ? response : undefined;
}

function errorOf(state: RequestState): RecommendError | undefined {
  return state.status === "error" ? state.error : undefined;
}
