import { useEffect } from "react";

import { overridesOf } from "./configuration";
import type { FieldName, FormValues } from "./types";
import { useLatest } from "./useLatest";
import { isAbout, outcomeOf, useRecommendation, type Outcome, type Question } from "./useRecommendation";

/** How long a person has to leave the fields alone before the service is asked about them. */
const DEBOUNCE_MS = 400;

/** What the service says to the fields `changed` of `values`; the last word stands until the next is there. */
export function useJudgement(
  question: Question,
  values: FormValues,
  changed: readonly FieldName[],
  baseUrl?: string,
): Outcome {
  const { exchange, ask, abort } = useRecommendation(baseUrl);
  const latest = useLatest({ ...question, overrides: overridesOf(values, changed) });
  const { model, instanceType } = question;
  // Forms make their values anew in each render, so what counts is what is in them.
  const subject = JSON.stringify([model, instanceType, overridesOf(values, changed)]);
  const isOpen = changed.length > 0;

  useEffect(() => {
    if (!isOpen) {
      return undefined;
    }
    const timer = setTimeout(() => void ask(latest.current), DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      abort();
    };
  }, [subject, isOpen, ask, abort, latest]);

  const outcome = outcomeOf(exchange);
  return isOpen && isAbout(outcome, model, instanceType) ? outcome : { status: "idle" };
}
