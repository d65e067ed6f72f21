import { expect, test } from "vitest";

import { placeLabels } from "../../src/compare/labels";
import { defined } from "../support/golden";

const AREA = { marks: [], lines: [], width: 600, height: 300 };
const point = (x: number, y: number, text = "g5.xlarge") => ({ x, y, text });

test("a label is above and to the left of its point if it can be", () => {
  const [label] = placeLabels([point(300, 150)], AREA);
  expect(label).toEqual({ text: "g5.xlarge", anchor: "end", x: 291, y: 141 });
});

test("a label stays inside the plot", () => {
  const [left, top] = placeLabels([point(4, 150), point(590, 4)], AREA);
  expect(left?.anchor).toBe("start");
  expect(top?.y).toBeGreaterThan(4);
});

test("labels do not cover marks", () => {
  const above = { x: 270, y: 137 };
  const [label] = placeLabels([point(300, 150)], { ...AREA, marks: [above] });
  expect(label).not.toMatchObject({ anchor: "end", y: 141 });
});

test("labels do not cover each other", () => {
  const [first, second] = placeLabels([point(300, 150), point(302, 152)], AREA);
  expect(first?.anchor).toBe(second?.anchor);
  expect(defined(second).y - defined(first).y).toBeGreaterThanOrEqual(13);
});

test("a point without room around it has no label", () => {
  const crowd = Array.from({ length: 40 }, (_, index) => ({ x: 200 + index * 5, y: 135 + (index % 4) * 12 }));
  expect(placeLabels([point(300, 150)], { ...AREA, marks: crowd })).toEqual([undefined]);
});

test("a label covers a line only if there is no other room", () => {
  const line = { left: 200, right: 290, top: 138, bottom: 138 };
  const [label] = placeLabels([point(300, 150)], { ...AREA, lines: [line] });
  expect(label).not.toMatchObject({ x: 291, y: 141 });
  const everywhere = { left: 0, right: 600, top: 0, bottom: 300 };
  expect(placeLabels([point(300, 150)], { ...AREA, lines: [everywhere] })).toEqual([
    { text: "g5.xlarge", anchor: "end", x: 291, y: 141 },
  ]);
});
