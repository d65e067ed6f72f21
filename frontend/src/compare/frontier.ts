/** Which instances no other one beats in both cost and requests. */

export interface Point {
  /** Dollars per hour, or GiB of GPU memory where prices are not known. */
  cost: number;
  requests: number;
}

/**
 * The points that no other point dominates, from the cheapest to the most expensive one.
 *
 * A point dominates another if it costs no more and holds at least as many requests, and is better in one of the two.
 * Points with the same cost and the same requests do not dominate each other.
 */
export function frontier<P extends Point>(points: readonly P[]): P[] {
  const ordered = points.toSorted((a, b) => a.cost - b.cost || b.requests - a.requests);
  const best: P[] = [];
  for (const point of ordered) {
    const last = best.at(-1);
    if (!last || point.requests > last.requests || isSame(point, last)) {
      best.push(point);
    }
  }
  return best;
}

const isSame = (a: Point, b: Point) => a.cost === b.cost && a.requests === b.requests;
