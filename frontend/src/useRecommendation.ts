import { useCallback, useEffect, useRef, useState } from "react";

import { getRecommendation, RecommendError } from "./api";
import type { Overrides, RecommendResponse } from "./types";

/** What a recommendation is for. */
export interface Selection {
  model: string;
  instanceType: string;
  /** The version of vLLM that will run the model. Without it, the response holds for every supported version. */
  vllmVersion?: string;
}

export interface RecommendRequest extends Selection {
  hfToken?: string;
  overrides?: Overrides;
}

export type SettledState =
  | { status: "idle" }
  | { status: "success"; request: RecommendRequest; response: RecommendResponse }
  | { status: "error"; request: RecommendRequest; error: RecommendError };

export type RequestState =
  SettledState | { status: "loading"; request: RecommendRequest; previous: SettledState };

export interface UseRecommendationResult {
  state: RequestState;
  /** Send a request. Resolves with `undefined` if it fails or is aborted. */
  recommend: (request: RecommendRequest) => Promise<RecommendResponse | undefined>;
  /** Abort the pending request and restore the state before it. */
  abort: () => void;
}

/** One request at a time. A new request aborts the pending one, and so does unmounting. */
export function useRecommendation(baseUrl?: string): UseRecommendationResult {
  const [state, setState] = useState<RequestState>({ status: "idle" });
  const pending = useRef<AbortController | null>(null);

  const abort = useCallback(() => pending.current?.abort(), []);
  const recommend = useCallback(
    async (request: RecommendRequest) => {
      abort();
      const controller = new AbortController();
      pending.current = controller;
      setState((last) => ({ status: "loading", request, previous: settledState(last) }));
      const settled = await send(request, { baseUrl, signal: controller.signal });
      const { aborted } = controller.signal;
      if (pending.current === controller) {
        setState((last) => (aborted ? settledState(last) : settled));
      }
      return !aborted && settled.status === "success" ? settled.response : undefined;
    },
    [abort, baseUrl],
  );
  useEffect(() => abort, [abort]);

  return { state, recommend, abort };
}

/** The state to show: while a request is pending, the one before it. */
export function settledState(state: RequestState): SettledState {
  return state.status === "loading" ? state.previous : state;
}

/** Whether `state` belongs to this model on this instance type with this version. */
export function isStateOf(state: RequestState, selection: Selection): boolean {
  return state.status !== "idle" && isSameSelection(state.request, selection);
}

export function isSameSelection(one: Selection, other: Selection): boolean {
  return (
    one.model === other.model &&
    one.instanceType === other.instanceType &&
    (one.vllmVersion ?? "") === (other.vllmVersion ?? "")
  );
}

async function send(
  request: RecommendRequest,
  options: { baseUrl?: string; signal: AbortSignal },
): Promise<SettledState> {
  const { model, instanceType, vllmVersion, hfToken, overrides } = request;
  const parameters = { ...overrides, ...(vllmVersion ? { vllm_version: vllmVersion } : {}) };
  try {
    const response = await getRecommendation(model, instanceType, hfToken, parameters, options);
    return { status: "success", request, response };
  } catch (error) {
    return error instanceof RecommendError ? { status: "error", request, error } : { status: "idle" };
  }
}
