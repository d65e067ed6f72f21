import { expect, test } from "vitest";

import { memoryBreakdown } from "../src/memory";
import { isFeasible } from "../src/types";
import { EXCEEDED_MEMORY, MEMORY, recorded } from "./support/golden";

const MEMORIES = recorded().flatMap((response) => (isFeasible(response) ? [response.memory] : []));

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
  expect(memoryBreakdown(MEMORY)).toEqual({
    parts: [
      { name: "weights", label: "Weights", gib: 13.5 },
      { name: "kv_cache", label: "KV cache", gib: 5.2 },
      { name: "activations", label: "Activations", gib: 0.1 },
      { name: "runtime", label: "CUDA graphs and runtime", gib: 1 },
      { name: "unused", label: "Unused", gib: 2.2 },
    ],
    totalGib: 22,
    budgetGib: 19.8,
    excessGib: 0,
  });
});

test("if the configuration does not fit, it exceeds the budget and the KV cache is empty", () => {
  const breakdown = memoryBreakdown(EXCEEDED_MEMORY);
  expect(breakdown.totalGib).toBeCloseTo(29.8, 3);
  expect(breakdown.excessGib).toBe(10);
  expect(breakdown.budgetGib).toBe(19.8);
  expect(breakdown.parts.filter(({ gib }) => gib > 0).map(({ name }) => name)).toEqual([
    "weights",
    "activations",
    "runtime",
  ]);
});
