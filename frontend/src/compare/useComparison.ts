import { useCallback, useEffect, useRef, useState } from "react";

import { getJson, isRecord, RecommendError } from "../api";
import type { Comparison } from "./comparison";
import type { Subject } from "./query";
import { workloadParameters } from "./workload";

export type ComparisonState =
  | { status: "idle" }
  | { status: "loading"; model: string }
  | { status: "success"; model: string; comparison: Comparison }
  | { status: "error"; model: string; error: RecommendError };

/** One request at a time. A new request aborts the pending one, and so does unmounting. */
export function useComparison(): {
  state: ComparisonState;
  /** Request the comparison of all instances for a model. An empty model clears the state. */
  compare: (subject: Subject, hfToken: string) => void;
} {
  const [state, setState] = useState<ComparisonState>({ status: "idle" });
  const pending = useRef<AbortController | null>(null);

  const compare = useCallback((subject: Subject, hfToken: string) => {
    const { model } = subject;
    pending.current?.abort();
    const controller = new AbortController();
    pending.current = controller;
    if (model === "") {
      setState({ status: "idle" });
      return;
    }
    setState({ status: "loading", model });
    void send(subject, hfToken, controller.signal).then((settled) => {
      if (!controller.signal.aborted) {
        setState(settled);
      }
    });
  }, []);
  useEffect(() => () => pending.current?.abort(), []);

  return { state, compare };
}

async function send(
  { model, workload }: Subject,
  hfToken: string,
  signal: AbortSignal,
): Promise<ComparisonState> {
  const query = { model, ...workloadParameters(workload) };
  try {
    const comparison = await getJson("/api/v1/instances", query, isComparison, { hfToken, signal });
    return { status: "success", model, comparison };
  } catch (error) {
    return error instanceof RecommendError ? { status: "error", model, error } : { status: "idle" };
  }
}

function isComparison(body: unknown): body is Comparison {
  return isRecord(body) && Array.isArray(body.instances);
}
