import { readdirSync } from "node:fs";

import { expect, test } from "vitest";

import { memoryBar } from "../src/memory";
import { isFeasible } from "../src/types";
import { feasible, golden } from "./support/golden";

const NAMES = readdirSync("../tests/golden/answers").map((file) => file.replace(".json", ""));
const MEMORIES = NAMES.map(golden).flatMap((answer) => (isFeasible(answer) ? [answer.memory] : []));

test("the parts of every answer add up to the whole bar, and none is negative", () => {
  expect(MEMORIES.length).toBeGreaterThan(20);
  for (const memory of MEMORIES) {
    const { parts, totalGib } = memoryBar(memory);
    const sum = parts.reduce((total, { gib }) => total + gib, 0);
    expect(Math.abs(sum - totalGib)).toBeLessThan(0.005);
    expect(parts.every(({ gib }) => gib >= 0)).toBe(true);
  }
});

test("a GPU whose memory is enough is the whole bar, and the limit is what vLLM may use of it", () => {
  expect(memoryBar(feasible("fits-one-gpu").memory)).toEqual({
    parts: [
      { name: "weights", label: "Weights", gib: 13.508 },
      { name: "kv_cache", label: "KV cache", gib: 5.231 },
      { name: "activations", label: "Activations", gib: 0.281 },
      { name: "runtime", label: "CUDA graphs and runtime", gib: 0.77 },
      { name: "unused", label: "Unused", gib: 2.199 },
    ],
    totalGib: 21.99,
    limitGib: 19.791,
    excessGib: 0,
  });
});

test("what does not fit goes beyond the limit, and nothing is left for the cache", () => {
  const bar = memoryBar(feasible("asked-for-native-that-does-not-fit").memory);
  expect(bar.totalGib).toBeCloseTo(29.825, 3);
  expect(bar.excessGib).toBe(9.989);
  expect(bar.limitGib).toBe(19.836);
  expect(bar.parts.filter(({ gib }) => gib > 0).map(({ name }) => name)).toEqual([
    "weights",
    "activations",
    "runtime",
  ]);
});
