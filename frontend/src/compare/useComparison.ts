import { useCallback, useEffect, useRef, useState } from "react";

import { getJson, isRecord, RecommendError } from "../api";
import type { Comparison } from "./comparison";

export type ComparisonState =
  | { status: "idle" }
  | { status: "loading"; model: string }
  | { status: "success"; model: string; comparison: Comparison }
  | { status: "error"; model: string; error: RecommendError };

/** One request at a time. A new request aborts the pending one, and so does unmounting. */
export function useComparison(): {
  state: ComparisonState;
  /** Request the comparison of all instances for a model. An empty model clears the state. */
  compare: (model: string, hfToken: string) => void;
} {
  const [state, setState] = useState<ComparisonState>({ status: "idle" });
  const pending = useRef<AbortController | null>(null);

  const compare = useCallback((model: string, hfToken: string) => {
    pending.current?.abort();
    const controller = new AbortController();
    pending.current = controller;
    if (model === "") {
      setState({ status: "idle" });
      return;
    }
    setState({ status: "loading", model });
    void send(model, hfToken, controller.signal).then((settled) => {
      if (!controller.signal.aborted) {
        setState(settled);
      }
    });
  }, []);
  useEffect(() => () => pending.current?.abort(), []);

  return { state, compare };
}

async function send(model: string, hfToken: string, signal: AbortSignal): Promise<ComparisonState> {
  try {
    const comparison = await getJson("/api/v1/instances", { model }, isComparison, { hfToken, signal });
    return { status: "success", model, comparison };
  } catch (error) {
    return error instanceof RecommendError ? { status: "error", model, error } : { status: "idle" };
  }
}

function isComparison(body: unknown): body is Comparison {
  return isRecord(body) && Array.isArray(body.instances);
}
