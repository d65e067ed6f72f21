import { useId } from "react";

import type { Bar, Part } from "../memory";
import { PartPattern } from "./patterns";

const HEIGHT = 36;

/** The parts beside each other, each as wide as its share, and a line at the limit. */
export function MemoryBar({ bar }: { bar: Bar }) {
  const id = useId();
  const percent = (gib: number) => (100 * gib) / bar.totalGib;
  return (
    <svg aria-hidden="true" width="100%" height={HEIGHT + 8} className="overflow-visible">
      {placed(bar.parts).map(({ name, gib, start }) => (
        <g key={name} data-part={name}>
          <PartPattern id={`${id}-${name}`} name={name} />
          <rect
            x={`${percent(start)}%`}
            y="4"
            width={`${percent(gib)}%`}
            height={HEIGHT}
            fill={`url(#${id}-${name})`}
            className="stroke-slate-500 dark:stroke-slate-400"
          />
        </g>
      ))}
      <rect
        x={`${percent(bar.limitGib)}%`}
        y="4"
        width={`${percent(bar.excessGib)}%`}
        height={HEIGHT}
        className="fill-red-600 opacity-40"
      />
      <line
        x1={`${percent(bar.limitGib)}%`}
        x2={`${percent(bar.limitGib)}%`}
        y1="0"
        y2={HEIGHT + 8}
        strokeWidth={bar.excessGib > 0 ? 3 : 2}
        className={
          bar.excessGib > 0 ? "stroke-red-600 dark:stroke-red-400" : "stroke-slate-900 dark:stroke-slate-50"
        }
      />
    </svg>
  );
}

/** The parts that have a width, each with where it begins. */
function placed(parts: Part[]): (Part & { start: number })[] {
  const starts = parts.map((_, index) => parts.slice(0, index).reduce((sum, { gib }) => sum + gib, 0));
  return parts.map((part, index) => ({ ...part, start: starts[index] ?? 0 })).filter(({ gib }) => gib > 0);
}
