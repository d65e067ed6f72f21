import { expect, test } from "vitest";

import { scaleOf } from "../../src/compare/scale";

test("values close to each other have a linear axis from zero", () => {
  const scale = scaleOf([10, 60, 100]);
  expect(scale.isLog).toBe(false);
  expect(scale.position(0)).toBe(0);
  expect(scale.position(100)).toBeLessThan(1);
  expect(scale.position(50)).toBeCloseTo(scale.position(100) / 2);
  expect(scale.ticks).toEqual([0, 20, 40, 60, 80, 100]);
});

test("values far apart have a logarithmic axis, on which equal ratios have equal lengths", () => {
  const scale = scaleOf([0.5, 60]);
  expect(scale.isLog).toBe(true);
  expect(scale.position(10) - scale.position(1)).toBeCloseTo(scale.position(50) - scale.position(5));
  expect(scale.ticks).toEqual([0.5, 1, 2, 5, 10, 20, 50]);
});

test("many decades have ticks at powers of ten only", () => {
  expect(scaleOf([1, 10_000]).ticks).toEqual([1, 10, 100, 1000, 10_000]);
});

test.each([[[0.5]], [[7, 7]], [[3, 59]], [[3, 60]], [[1, 200_000]]])(
  "all values of %j are inside the axis, and so are its ticks",
  (values) => {
    const { position, ticks } = scaleOf(values);
    for (const value of [...values, ...ticks]) {
      expect(position(value)).toBeGreaterThanOrEqual(0);
      expect(position(value)).toBeLessThanOrEqual(1);
    }
    expect(ticks.length).toBeGreaterThan(1);
  },
);
