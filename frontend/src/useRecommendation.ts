import { useCallback, useEffect, useRef, useState } from "react";

import { getRecommendation, RecommendError } from "./api";
import type { Overrides, RecommendResponse } from "./types";

export interface Question {
  model: string;
  instanceType: string;
  hfToken?: string;
  overrides?: Overrides;
}

export type Outcome =
  | { status: "idle" }
  | { status: "answered"; question: Question; answer: RecommendResponse }
  | { status: "failed"; question: Question; error: RecommendError };

export type Exchange = Outcome | { status: "loading"; question: Question; before: Outcome };

export interface Recommendation {
  exchange: Exchange;
  /** The answer; `undefined` where there is none, or where it is no longer wanted. */
  ask: (question: Question) => Promise<RecommendResponse | undefined>;
  /** Ends what is under way, as if it had not been asked. */
  abort: () => void;
}

/** One question at a time: a later one aborts the earlier, and so does the end of the component. */
export function useRecommendation(baseUrl?: string): Recommendation {
  const [exchange, setExchange] = useState<Exchange>({ status: "idle" });
  const running = useRef<AbortController | null>(null);

  const abort = useCallback(() => running.current?.abort(), []);
  const ask = useCallback(
    async (question: Question) => {
      abort();
      const controller = new AbortController();
      running.current = controller;
      setExchange((last) => ({ status: "loading", question, before: outcomeOf(last) }));
      const outcome = await settled(question, { baseUrl, signal: controller.signal });
      const wanted = !controller.signal.aborted;
      if (running.current === controller) {
        setExchange((last) => (wanted ? outcome : outcomeOf(last)));
      }
      return wanted && outcome.status === "answered" ? outcome.answer : undefined;
    },
    [abort, baseUrl],
  );
  useEffect(() => abort, [abort]);

  return { exchange, ask, abort };
}

/** What is known while an answer is awaited: the one before. */
export function outcomeOf(exchange: Exchange): Outcome {
  return exchange.status === "loading" ? exchange.before : exchange;
}

/** Whether `exchange` is about this model on this instance type. */
export function isAbout(exchange: Exchange, model: string, instanceType: string): boolean {
  return (
    exchange.status !== "idle" &&
    exchange.question.model === model &&
    exchange.question.instanceType === instanceType
  );
}

async function settled(
  question: Question,
  options: { baseUrl?: string; signal: AbortSignal },
): Promise<Outcome> {
  const { model, instanceType, hfToken, overrides } = question;
  try {
    const answer = await getRecommendation(model, instanceType, hfToken, overrides, options);
    return { status: "answered", question, answer };
  } catch (error) {
    return error instanceof RecommendError ? { status: "failed", question, error } : { status: "idle" };
  }
}
