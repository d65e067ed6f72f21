import { expect, test } from "vitest";

import { frontier, type Point } from "../../src/compare/frontier";

const point = (cost: number, requests: number): Point => ({ cost, requests });

test.each<[string, Point[], Point[]]>([
  ["no points", [], []],
  ["one point", [point(1, 1)], [point(1, 1)]],
  ["a point that costs more and holds less", [point(1, 20), point(2, 10)], [point(1, 20)]],
  ["the same price with fewer requests", [point(1, 10), point(1, 20)], [point(1, 20)]],
  ["the same requests at a higher price", [point(2, 20), point(1, 20)], [point(1, 20)]],
  ["the same price and requests", [point(1, 20), point(1, 20)], [point(1, 20), point(1, 20)]],
  ["any order", [point(5, 50), point(3, 5), point(1, 10)], [point(1, 10), point(5, 50)]],
])("the frontier of %s", (_, points, expected) => {
  expect(frontier(points)).toEqual(expected);
});

test("a point is on the frontier exactly if no other point dominates it", () => {
  // All pairs of 1..5, in an order in which none of them is sorted.
  const all = Array.from({ length: 25 }, (_, index) => (index * 7) % 25);
  for (let size = 1; size <= all.length; size += 1) {
    const points = all.slice(0, size).map((value) => point(1 + (value % 5), 1 + Math.floor(value / 5)));
    const expected = points.filter((each) => !points.some((other) => dominates(other, each)));
    expect(new Set(frontier(points))).toEqual(new Set(expected));
  }
});

function dominates(a: Point, b: Point): boolean {
  return a.cost <= b.cost && a.requests >= b.requests && (a.cost < b.cost || a.requests > b.requests);
}
