/** Axes of the plot: from values to positions between 0 and 1. */

export interface Scale {
  isLog: boolean;
  /** 0 at the start of the axis, 1 at its end. */
  position: (value: number) => number;
  ticks: number[];
}

/** From this ratio of the largest to the smallest value on, the axis is logarithmic. */
const LOG_RATIO = 20;
/** The space at both ends of a logarithmic axis, as a share of its length. */
const PADDING = 0.09;
const MAX_LINEAR_TICKS = 6;

/** A scale for positive values: logarithmic if they are far apart, or else linear from zero. */
export function scaleOf(values: readonly number[]): Scale {
  const smallest = Math.min(...values);
  const largest = Math.max(...values);
  return largest / smallest >= LOG_RATIO ? logScale(smallest, largest) : linearScale(largest);
}

function logScale(smallest: number, largest: number): Scale {
  const padding = (Math.log10(largest) - Math.log10(smallest)) * PADDING;
  const start = Math.log10(smallest) - padding;
  const end = Math.log10(largest) + padding;
  // With more decades there is no room for ticks between the powers of ten.
  const factors = end - start > 3 ? [1] : [1, 2, 5];
  const powers = integersBetween(Math.floor(start), Math.ceil(end));
  return {
    isLog: true,
    position: (value) => (Math.log10(value) - start) / (end - start),
    ticks: powers
      .flatMap((power) => factors.map((factor) => factor * 10 ** power))
      .filter((tick) => Math.log10(tick) >= start && Math.log10(tick) <= end),
  };
}

function linearScale(largest: number): Scale {
  const end = largest * 1.08;
  const step = roundStep(end / MAX_LINEAR_TICKS);
  return {
    isLog: false,
    position: (value) => value / end,
    ticks: integersBetween(0, Math.floor(end / step)).map((index) => index * step),
  };
}

/** The smallest of 1, 2, 5, 10, 20, 50, ... that is at least `step`; for steps below 1 likewise. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * ([1, 2, 5].find((factor) => factor * power >= step) ?? 10);
}

function integersBetween(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
