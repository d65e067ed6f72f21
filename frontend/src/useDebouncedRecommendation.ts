import { useEffect } from "react";

import { useLatest } from "./useLatest";
import {
  isStateOf,
  settledState,
  useRecommendation,
  type RecommendRequest,
  type SettledState,
} from "./useRecommendation";

export interface DebounceOptions {
  /** Nothing is sent, and nothing returned, while it is false. */
  enabled: boolean;
  /** How long the request has to stay the same before it is sent. */
  delayMs: number;
  baseUrl?: string;
}

/**
 * The response to `request`, which is sent once it stops changing; the previous one until the next arrives.
 *
 * A new token alone does not send the request again.
 */
export function useDebouncedRecommendation(
  request: RecommendRequest,
  { enabled, delayMs, baseUrl }: DebounceOptions,
): SettledState {
  const { state, recommend, abort } = useRecommendation(baseUrl);
  const latest = useLatest(request);
  // The request is a new object in every render, so compare its contents.
  const key = requestKey(request);

  useEffect(() => {
    if (!enabled) {
      return undefined;
    }
    const timer = setTimeout(() => void recommend(latest.current), delayMs);
    return () => {
      clearTimeout(timer);
      abort();
    };
  }, [key, enabled, delayMs, recommend, abort, latest]);

  const settled = settledState(state);
  return enabled && isStateOf(settled, request) ? settled : { status: "idle" };
}

/** Whether `state` is the result of exactly this request, apart from the token. */
export function isResultOf(state: SettledState, request: RecommendRequest): boolean {
  return state.status !== "idle" && requestKey(state.request) === requestKey(request);
}

function requestKey({ model, instanceType, vllmVersion, overrides }: RecommendRequest): string {
  return JSON.stringify([model, instanceType, vllmVersion, overrides]);
}
