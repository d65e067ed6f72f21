import { readFileSync } from "node:fs";

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
