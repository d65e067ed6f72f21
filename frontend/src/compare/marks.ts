/** What is drawn for the points of the plot. */

import type { Position } from "./labels";
import type { FeasibleInstance } from "./comparison";
import type { PlotPoint, PlotPoints } from "./plotPoints";

/** A point, and those too close to it to be told apart. */
export interface Mark extends Position {
  point: PlotPoint;
  isBest: boolean;
  others: FeasibleInstance[];
}

/** In pixels; less than the radius of a symbol. */
const MERGED_DISTANCE = 4;

/** Marks from left to right. A point of the frontier never disappears behind another point. */
export function marksOf({ points, best }: PlotPoints, positionOf: (point: PlotPoint) => Position): Mark[] {
  const marks: Mark[] = [];
  for (const point of [...best, ...points.filter((each) => !best.includes(each))]) {
    const position = positionOf(point);
    const near = marks.find(({ x, y }) => Math.hypot(x - position.x, y - position.y) < MERGED_DISTANCE);
    if (near) {
      near.others.push(point.row);
    } else {
      marks.push({ ...position, point, isBest: best.includes(point), others: [] });
    }
  }
  return marks.sort((a, b) => a.x - b.x || b.y - a.y);
}
