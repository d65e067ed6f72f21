import { readdirSync, readFileSync } from "node:fs";

import {
  isFeasible,
  type FeasibleResponse,
  type InfeasibleResponse,
  type RecommendResponse,
} from "../../src/types";

/** A response recorded by the service's own tests. */
export function golden(name: string): RecommendResponse {
  return JSON.parse(readFileSync(`../tests/golden/answers/${name}.json`, "utf8")) as RecommendResponse;
}

/** All recorded responses. */
export const recorded = (): RecommendResponse[] =>
  readdirSync("../tests/golden/answers").map((file) => golden(file.replace(".json", "")));

export function feasible(name: string): FeasibleResponse {
  const response = golden(name);
  if (!isFeasible(response)) {
    throw new Error(`${name} is not feasible`);
  }
  return response;
}

export function infeasible(name: string): InfeasibleResponse {
  const response = golden(name);
  if (isFeasible(response)) {
    throw new Error(`${name} is feasible`);
  }
  return response;
}

/** The first warning of a recorded response. */
export const firstWarning = (name: string): string => defined(feasible(name).warnings[0]);

/** `value`, which a recorded response is expected to have. */
export function defined<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error("the recorded response lacks a value that the test needs");
  }
  return value;
}

/** The memory of Mistral 7B on an A10G, with round figures of its own so that it stays what it is. */
export const MEMORY: FeasibleResponse["memory"] = {
  ...feasible("fits-one-gpu").memory,
  visible_gib: 22,
  budget_gib: 19.8,
  weights_gib: 13.5,
  kv_cache_gib: 5.2,
  non_torch_gib: 0.25,
  activations_gib: 0.1,
  cuda_graphs_gib: 0.75,
  unused_gib: 2.2,
  kv_cache_tokens: 42848,
  kv_cache_tokens_later: 47040,
  max_concurrency: 1.31,
};

/** The same with weights that exceed the budget by 10 GiB. */
export const EXCEEDED_MEMORY: FeasibleResponse["memory"] = {
  ...MEMORY,
  weights_gib: 28.7,
  kv_cache_gib: -10,
  kv_cache_tokens: 0,
  max_concurrency: 0,
};
