import { expect, test } from "vitest";

import { isFeasibleRow } from "../../src/compare/comparison";
import { frontierTypes, plotPoints } from "../../src/compare/plotPoints";
import { COMPARISON, feasibleRow } from "../support/comparison";

const rows = COMPARISON.instances.filter(isFeasibleRow);

test("instances are placed by price, and those without one are left out", () => {
  const { points, isPriced, omitted } = plotPoints([...rows, feasibleRow("g7.xlarge")]);
  expect(isPriced).toBe(true);
  expect(points.map(({ cost, requests }) => [cost, requests])).toEqual([
    [1, 20],
    [1.2, 20],
    [4.6, 500],
    [0.75, 4],
  ]);
  expect(omitted).toBe(1);
});

test("without any price they are placed by GPU memory", () => {
  const { points, isPriced, omitted } = plotPoints([feasibleRow("g5.xlarge"), feasibleRow("g5.2xlarge")]);
  expect(isPriced).toBe(false);
  expect(points.map(({ cost }) => cost)).toEqual([24, 24]);
  expect(omitted).toBe(0);
});

test("an instance that holds no request has no place on a logarithmic axis", () => {
  expect(plotPoints([feasibleRow("g5.xlarge", { max_concurrent_requests: 0 })]).omitted).toBe(1);
});

test("the frontier has the instances that no other one beats", () => {
  expect([...frontierTypes(rows)]).toEqual(["g4dn.2xlarge", "g5.xlarge", "g6.12xlarge"]);
});
