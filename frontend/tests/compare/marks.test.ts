import { expect, test } from "vitest";

import { marksOf } from "../../src/compare/marks";
import { plotPoints, type PlotPoint } from "../../src/compare/plotPoints";
import { feasibleRow } from "../support/comparison";

const row = (name: string, usd_per_hour: number, max_concurrent_requests: number) =>
  feasibleRow(name, { usd_per_hour, max_concurrent_requests });
const at = ({ cost, requests }: PlotPoint) => ({ x: cost * 10, y: 100 - requests });

test("marks are in order from left to right", () => {
  const marks = marksOf(plotPoints([row("b", 3, 50), row("c", 5, 20), row("a", 1, 10)]), at);
  expect(marks.map(({ point, isBest }) => [point.row.instance_type, isBest])).toEqual([
    ["a", true],
    ["b", true],
    ["c", false],
  ]);
});

test("points that cannot be told apart are one mark, named after the one on the frontier", () => {
  const marks = marksOf(plotPoints([row("worse", 3.1, 49), row("best", 3, 50), row("far", 4, 49)]), at);
  expect(marks.map(({ point, others }) => [point.row.instance_type, others.length])).toEqual([
    ["best", 1],
    ["far", 0],
  ]);
  expect(marks[0]?.others[0]?.instance_type).toBe("worse");
});
