import { useEffect } from "react";

import type { RecommendError } from "./api";
import { changedFields, configValues, toOverrides, updatedValues } from "./configuration";
import { isFeasible } from "./types";
import type { Checkpoint, ConfigValues, FeasibleResponse, FormValues, RecommendResponse } from "./types";
import { useDebouncedRecommendation } from "./useDebouncedRecommendation";
import { useLatest } from "./useLatest";
import { isStateOf, useRecommendation, type RecommendRequest, type RequestState } from "./useRecommendation";
import { groupWarnings, NO_WARNINGS, type ConfigWarnings } from "./warnings";

export interface UseSuggestionOptions {
  /** Hugging Face model ID in the form. Nothing is requested while it is empty. */
  model: string;
  /** EC2 instance type in the form. Nothing is requested while it is empty. */
  instanceType: string;
  /** Hugging Face token, sent in a header with each request. */
  hfToken?: string;
  /** The form's values. Without them, changed values are not checked. */
  values?: FormValues;
  /** Fills the form. */
  onApply: (values: ConfigValues) => void;
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
  /** The response to the changed values if there is one, else the recommendation. */
  response?: RecommendResponse;
  /** Whether `response` takes changed values into account. */
  hasOverrides: boolean;
  /** Why the recommendation could not be fetched. */
  error?: RecommendError;
  /** Why the changed values could not be checked. */
  overridesError?: RecommendError;
  /** Whether the model needs a token, or a different one. */
  needsToken: boolean;
  warnings: ConfigWarnings;
  /** Values recommended for unchanged fields, where changes to other fields make them differ from the form. */
  updatedValues: FormValues;
  /** Tensor parallel degrees to choose from. Empty before the first response. */
  tpOptions: number[];
  suggest: () => void;
  apply: (values: ConfigValues) => void;
  switchInstanceType?: (instanceType: string) => void;
  selectCheckpoint?: (checkpoint: Checkpoint) => void;
}

/** The state of `SuggestConfig` and `FieldWarning`. Call it in the component that holds the form's values. */
export function useSuggestion(options: UseSuggestionOptions): Suggestion {
  const { model, instanceType, hfToken, values = NO_VALUES, baseUrl } = options;
  const [state, recommendAndApply] = useFormRecommendation(options);
  const recommendation = state.status === "success" ? state.response : undefined;
  const recommended = feasibleOrUndefined(recommendation);

  const changed = recommended ? changedFields(values, recommended) : [];
  const overridesState = useDebouncedRecommendation(
    { model, instanceType, hfToken, overrides: toOverrides(values, changed) },
    { enabled: changed.length > 0, baseUrl },
  );
  const overridden =
    overridesState.status === "success" ? feasibleOrUndefined(overridesState.response) : undefined;
  const feasible = overridden ?? recommended;

  const error = errorOf(state);
  return {
    model,
    instanceType,
    values,
    isLoading: state.status === "loading",
    response: feasible ?? recommendation,
    hasOverrides: overridden !== undefined,
    error,
    overridesError: errorOf(overridesState),
    needsToken: error?.code === "model_gated" || error?.code === "hf_token_rejected",
    warnings: feasible ? groupWarnings(feasible, changed) : NO_WARNINGS,
    updatedValues: feasible ? updatedValues(feasible, values, changed) : NO_VALUES,
    tpOptions: feasible?.valid_tp_options ?? [],
    suggest: () => recommendAndApply({ model, instanceType, hfToken }),
    apply: options.onApply,
    ...formActions(options, recommendAndApply),
  };
}

const NO_VALUES: FormValues = {};

/** The state of the request for the form's model and instance type, and a function that sends one and fills the form. */
function useFormRecommendation(
  options: UseSuggestionOptions,
): [RequestState, (request: RecommendRequest) => void] {
  const { model, instanceType, baseUrl } = options;
  const { state, recommend, abort } = useRecommendation(baseUrl);
  const latest = useLatest({ ...options, state });

  useEffect(() => {
    if (!isStateOf(latest.current.state, model, instanceType)) {
      abort();
    }
  }, [model, instanceType, abort, latest]);

  const recommendAndApply = async (request: RecommendRequest) => {
    const recommended = feasibleOrUndefined(await recommend(request));
    if (recommended) {
      latest.current.onApply(configValues(recommended));
    }
  };
  const formState = isStateOf(state, model, instanceType) ? state : IDLE;
  return [formState, (request) => void recommendAndApply(request)];
}

const IDLE: RequestState = { status: "idle" };

/** The actions that change the form's model or instance type, as far as the form allows it. */
function formActions(
  { model, instanceType, hfToken, onApply, onInstanceTypeChange, onModelChange }: UseSuggestionOptions,
  recommendAndApply: (request: RecommendRequest) => void,
): Pick<Suggestion, "switchInstanceType" | "selectCheckpoint"> {
  return {
    switchInstanceType:
      onInstanceTypeChange &&
      ((newInstanceType) => {
        onInstanceTypeChange(newInstanceType);
        recommendAndApply({ model, instanceType: newInstanceType, hfToken });
      }),
    selectCheckpoint:
      onModelChange &&
      ((checkpoint) => {
        onModelChange(checkpoint.model);
        onApply(configValues(checkpoint));
        recommendAndApply({ model: checkpoint.model, instanceType, hfToken });
      }),
  };
}

function feasibleOrUndefined(response: RecommendResponse | undefined): FeasibleResponse | undefined {
  return response && isFeasible(response) ? response : undefined;
}

function errorOf(state: RequestState): RecommendError | undefined {
  return state.status === "error" ? state.error : undefined;
}
