import { readFileSync } from "node:fs";

import { isFeasible, type Feasible, type Infeasible, type RecommendResponse } from "../../src/types";

/** A real answer of the service, as its own tests keep it. */
export function golden(name: string): RecommendResponse {
  return JSON.parse(readFileSync(`../tests/golden/answers/${name}.json`, "utf8")) as RecommendResponse;
}

export function feasible(name: string): Feasible {
  const answer = golden(name);
  if (!isFeasible(answer)) {
    throw new Error(`${name} is not feasible`);
  }
  return answer;
}

export function infeasible(name: string): Infeasible {
  const answer = golden(name);
  if (isFeasible(answer)) {
    throw new Error(`${name} is feasible`);
  }
  return answer;
}
