import { useEffect } from "react";

import { useLatest } from "./useLatest";
import {
  isStateOf,
  settledState,
  useRecommendation,
  type RecommendRequest,
  type SettledState,
} from "./useRecommendation";

/** How long the request has to stay the same before it is sent. */
const DEBOUNCE_MS = 400;

/**
 * The response to `request`, which is sent once it stops changing; the previous one until the next arrives.
 *
 * A new token alone does not send the request again. Nothing is sent while `enabled` is false.
 */
export function useDebouncedRecommendation(
  request: RecommendRequest,
  { enabled, baseUrl }: { enabled: boolean; baseUrl?: string },
): SettledState {
  const { state, recommend, abort } = useRecommendation(baseUrl);
  const latest = useLatest(request);
  const { model, instanceType, overrides } = request;
  // The request is a new object in every render, so compare its contents.
  const key = JSON.stringify([model, instanceType, overrides]);

  useEffect(() => {
    if (!enabled) {
      return undefined;
    }
    const timer = setTimeout(() => void recommend(latest.current), DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      abort();
    };
  }, [key, enabled, recommend, abort, latest]);

  const settled = settledState(state);
  return enabled && isStateOf(settled, model, instanceType) ? settled : { status: "idle" };
}
