/** The instances as points of the plot. */

import { hasPrices, type FeasibleInstance } from "./comparison";
import { frontier, type Point } from "./frontier";

export interface PlotPoint extends Point {
  row: FeasibleInstance;
}

export interface PlotPoints {
  points: PlotPoint[];
  /** The frontier, from the cheapest to the most expensive point. */
  best: PlotPoint[];
  isPriced: boolean;
  /** How many rows have no place in the plot: the price is not known, or no request fits. */
  omitted: number;
}

/** Points by price, or by GPU memory where no prices are known. */
export function plotPoints(rows: readonly FeasibleInstance[]): PlotPoints {
  const isPriced = hasPrices(rows);
  const points = rows.flatMap((row): PlotPoint[] => {
    const cost = isPriced ? row.usd_per_hour : row.accelerator_memory_gib;
    const requests = row.max_concurrent_requests;
    return cost === undefined || requests === 0 ? [] : [{ cost, requests, row }];
  });
  return { points, best: frontier(points), isPriced, omitted: rows.length - points.length };
}

/** The instance types on the frontier. */
export function frontierTypes(rows: readonly FeasibleInstance[]): ReadonlySet<string> {
  return new Set(plotPoints(rows).best.map(({ row }) => row.instance_type));
}
