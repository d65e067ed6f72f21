import { useEffect } from "react";

import { adviceOf, NO_ADVICE, type Advice } from "./advice";
import type { RecommendError } from "./api";
import { changedFields, valuesOf } from "./configuration";
import { isFeasible } from "./types";
import type { Checkpoint, ConfigValues, Feasible, FormValues, RecommendResponse } from "./types";
import { useJudgement } from "./useJudgement";
import { useLatest } from "./useLatest";
import { isAbout, useRecommendation, type Exchange, type Question } from "./useRecommendation";

export interface SuggestionOptions {
  /** What the form holds; nothing is asked while one of the two is empty. */
  model: string;
  instanceType: string;
  /** Sent in a header with each request. */
  hfToken?: string;
  /** The form's values; without them there is no advice about what a person changed. */
  values?: FormValues;
  /** Fills the form. */
  onApply: (values: ConfigValues) => void;
  /** Changes the form's instance type; without it a larger instance is named but cannot be switched to. */
  onInstanceTypeChange?: (instanceType: string) => void;
  /** Changes the form's model; without it checkpoints are named but cannot be chosen. */
  onModelChange?: (model: string) => void;
  /** The service's origin, where it is not the page's own. */
  baseUrl?: string;
}

export interface Suggestion {
  model: string;
  instanceType: string;
  values: FormValues;
  loading: boolean;
  /** The answer to the form's values where they were changed, else the recommendation. */
  answer?: RecommendResponse;
  /** Whether `answer` is about values that were changed. */
  isAdjusted: boolean;
  /** Why there is no recommendation. */
  error?: RecommendError;
  /** Why changed values could not be judged. */
  judgementError?: RecommendError;
  /** Whether a Hub token, or another one, would help. */
  needsToken: boolean;
  advice: Advice;
  suggest: () => void;
  apply: (values: ConfigValues) => void;
  switchInstance?: (instanceType: string) => void;
  chooseCheckpoint?: (checkpoint: Checkpoint) => void;
}

/** The state behind `SuggestConfig`, held by the form so that its fields can show the advice. */
export function useSuggestion(options: SuggestionOptions): Suggestion {
  const { model, instanceType, hfToken, values = NO_VALUES, baseUrl } = options;
  const [current, ask] = useCurrent(options);
  const recommendation = current.status === "answered" ? current.answer : undefined;
  const recommended = feasible(recommendation);

  const changed = recommended ? changedFields(values, recommended) : [];
  const judgement = useJudgement({ model, instanceType, hfToken }, values, changed, baseUrl);
  const judged = judgement.status === "answered" ? feasible(judgement.answer) : undefined;
  const answer = judged ?? recommended;

  const error = errorOf(current);
  return {
    model,
    instanceType,
    values,
    loading: current.status === "loading",
    answer: answer ?? recommendation,
    isAdjusted: judged !== undefined,
    error,
    judgementError: errorOf(judgement),
    needsToken: error?.code === "model_gated" || error?.code === "hf_token_rejected",
    advice: answer ? adviceOf(answer, values, changed) : NO_ADVICE,
    suggest: () => ask({ model, instanceType, hfToken }),
    apply: options.onApply,
    ...changesOfTheForm(options, ask),
  };
}

const NO_VALUES: FormValues = {};

/** The exchange about what the form holds now, and how to begin one; its answer fills the form. */
function useCurrent(options: SuggestionOptions): [Exchange, (question: Question) => void] {
  const { model, instanceType, baseUrl } = options;
  const { exchange, ask, abort } = useRecommendation(baseUrl);
  const latest = useLatest({ ...options, exchange });

  useEffect(() => {
    if (!isAbout(latest.current.exchange, model, instanceType)) {
      abort();
    }
  }, [model, instanceType, abort, latest]);

  const askAndFill = async (question: Question) => {
    const answer = feasible(await ask(question));
    if (answer) {
      latest.current.onApply(valuesOf(answer));
    }
  };
  const current = isAbout(exchange, model, instanceType) ? exchange : IDLE;
  return [current, (question) => void askAndFill(question)];
}

const IDLE: Exchange = { status: "idle" };

/** What needs the form to let its model or instance type be changed, as far as it does. */
function changesOfTheForm(
  { model, instanceType, hfToken, onApply, onInstanceTypeChange, onModelChange }: SuggestionOptions,
  ask: (question: Question) => void,
): Pick<Suggestion, "switchInstance" | "chooseCheckpoint"> {
  return {
    switchInstance:
      onInstanceTypeChange &&
      ((larger) => {
        onInstanceTypeChange(larger);
        ask({ model, instanceType: larger, hfToken });
      }),
    chooseCheckpoint:
      onModelChange &&
      ((checkpoint) => {
        onModelChange(checkpoint.model);
        onApply(valuesOf(checkpoint));
        ask({ model: checkpoint.model, instanceType, hfToken });
      }),
  };
}

function feasible(answer: RecommendResponse | undefined): Feasible | undefined {
  return answer && isFeasible(answer) ? answer : undefined;
}

function errorOf(exchange: Exchange): RecommendError | undefined {
  return exchange.status === "failed" ? exchange.error : undefined;
}
