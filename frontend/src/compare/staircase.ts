/** The line of the frontier: between two of its points, the cheaper one holds the most requests for the price. */

import type { Box, Position } from "./labels";

/** The data of an SVG path through `points`, to the right end of the plot. */
export function staircasePath(points: readonly Position[], width: number): string {
  const [first, ...others] = points;
  return first ? `M${first.x} ${first.y}${others.map(({ x, y }) => `H${x}V${y}`).join("")}H${width}` : "";
}

/** The segments of the line. */
export function staircaseBoxes(points: readonly Position[], width: number): Box[] {
  return points.flatMap(({ x, y }, index) => {
    const next = points[index + 1] ?? { x: width, y };
    return [
      { left: x, right: next.x, top: y, bottom: y },
      { left: next.x, right: next.x, top: next.y, bottom: y },
    ];
  });
}
