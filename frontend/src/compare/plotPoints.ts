/** The instances as points of the plot. */

import { hasPrices, type FeasibleInstance } from "./comparison";
import { frontier, type Point } from "./frontier";

export interface PlotPoint extends Point {
  /** Several rows where cost and requests are the same. */
  rows: [FeasibleInstance, ...FeasibleInstance[]];
}

export interface PlotPoints {
  /** By cost, those of equal cost by requests. */
  points: PlotPoint[];
  best: PlotPoint[];
  isPriced: boolean;
  /** How many rows have no place in the plot: the price is not known, or no request fits. */
  omitted: number;
}

/** Points by price, or by GPU memory where no prices are known. */
export function plotPoints(rows: readonly FeasibleInstance[]): PlotPoints {
  const isPriced = hasPrices(rows);
  const points: PlotPoint[] = [];
  let omitted = 0;
  for (const row of rows) {
    const cost = isPriced ? row.usd_per_hour : row.accelerator_memory_gib;
    const requests = row.max_concurrent_requests;
    const same = points.find((point) => point.cost === cost && point.requests === requests);
    if (cost === undefined || requests === 0) {
      omitted += 1;
    } else if (same) {
      same.rows.push(row);
    } else {
      points.push({ cost, requests, rows: [row] });
    }
  }
  points.sort((a, b) => a.cost - b.cost || a.requests - b.requests);
  return { points, best: frontier(points), isPriced, omitted };
}

/** The instance types on the frontier. */
export function frontierRows(rows: readonly FeasibleInstance[]): ReadonlySet<string> {
  const { best } = plotPoints(rows);
  return new Set(best.flatMap((point) => point.rows.map((row) => row.instance_type)));
}
