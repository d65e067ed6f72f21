import { useId } from "react";

import type { MemoryBreakdown, MemoryPart } from "../memory";
import { MemoryPattern } from "./MemoryPattern";

const HEIGHT = 36;

/** A stacked bar of the memory parts, with a line at the budget. */
export function MemoryBar({ breakdown }: { breakdown: MemoryBreakdown }) {
  const { parts, totalGib, budgetGib, excessGib } = breakdown;
  const id = useId();
  const percent = (gib: number) => (100 * gib) / totalGib;
  return (
    <svg aria-hidden="true" width="100%" height={HEIGHT + 8} className="overflow-visible">
      {stacked(parts).map(({ name, gib, startGib }) => (
        <g key={name} data-part={name}>
          <MemoryPattern id={`${id}-${name}`} name={name} />
          <rect
            x={`${percent(startGib)}%`}
            y="4"
            width={`${percent(gib)}%`}
            height={HEIGHT}
            fill={`url(#${id}-${name})`}
            className="stroke-slate-500 dark:stroke-slate-400"
          />
        </g>
      ))}
      <rect
        x={`${percent(budgetGib)}%`}
        y="4"
        width={`${percent(excessGib)}%`}
        height={HEIGHT}
        className="fill-red-600 opacity-40"
      />
      <line
        x1={`${percent(budgetGib)}%`}
        x2={`${percent(budgetGib)}%`}
        y1="0"
        y2={HEIGHT + 8}
        strokeWidth={excessGib > 0 ? 3 : 2}
        className={
          excessGib > 0 ? "stroke-red-600 dark:stroke-red-400" : "stroke-slate-900 dark:stroke-slate-50"
        }
      />
    </svg>
  );
}

/** The parts that are not empty, each with its start. */
function stacked(parts: MemoryPart[]): (MemoryPart & { startGib: number })[] {
  return parts
    .map((part, index) => ({
      ...part,
      startGib: parts.slice(0, index).reduce((sum, { gib }) => sum + gib, 0),
    }))
    .filter(({ gib }) => gib > 0);
}
