import { readdirSync } from "node:fs";

import { expect, test } from "vitest";

import { memoryBreakdown } from "../src/memory";
import { isFeasible } from "../src/types";
import { feasible, golden } from "./support/golden";

const NAMES = readdirSync("../tests/golden/answers").map((file) => file.replace(".json", ""));
const MEMORIES = NAMES.map(golden).flatMap((response) => (isFeasible(response) ? [response.memory] : []));

test("the parts of every recorded response add up to the total, and none is negative", () => {
  expect(MEMORIES.length).toBeGreaterThan(20);
  for (const memory of MEMORIES) {
    const { parts, totalGib } = memoryBreakdown(memory);
    const sum = parts.reduce((total, { gib }) => total + gib, 0);
    expect(Math.abs(sum - totalGib)).toBeLessThan(0.005);
    expect(parts.every(({ gib }) => gib >= 0)).toBe(true);
  }
});

test("if the configuration fits, the total is the GPU's memory", () => {
  expect(memoryBreakdown(feasible("fits-one-gpu").memory)).toEqual({
    parts: [
      { name: "weights", label: "Weights", gib: 13.508 },
      { name: "kv_cache", label: "KV cache", gib: 5.231 },
      { name: "activations", label: "Activations", gib: 0.281 },
      { name: "runtime", label: "CUDA graphs and runtime", gib: 0.77 },
      { name: "unused", label: "Unused", gib: 2.199 },
    ],
    totalGib: 21.99,
    budgetGib: 19.791,
    excessGib: 0,
  });
});

test("if the configuration does not fit, it exceeds the budget and the KV cache is empty", () => {
  const breakdown = memoryBreakdown(feasible("asked-for-native-that-does-not-fit").memory);
  expect(breakdown.totalGib).toBeCloseTo(29.825, 3);
  expect(breakdown.excessGib).toBe(9.989);
  expect(breakdown.budgetGib).toBe(19.836);
  expect(breakdown.parts.filter(({ gib }) => gib > 0).map(({ name }) => name)).toEqual([
    "weights",
    "activations",
    "runtime",
  ]);
});
