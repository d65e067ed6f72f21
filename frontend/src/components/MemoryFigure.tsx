import { useId } from "react";

import { formatCount, formatGib } from "../format";
import { memoryBreakdown, type MemoryBreakdown } from "../memory";
import type { Memory } from "../types";
import { MemoryBar } from "./MemoryBar";
import { MemorySwatch } from "./MemoryPattern";
import { MUTED, SUBHEADING, WARNING_TEXT } from "./styles";

/** The memory of one GPU as a bar and as a table. */
export function MemoryFigure({ memory, gpu }: { memory: Memory; gpu: string }) {
  const id = useId();
  const breakdown = memoryBreakdown(memory);
  return (
    <figure aria-labelledby={`${id}-caption`} className="flex flex-col gap-2">
      <figcaption id={`${id}-caption`} className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className={SUBHEADING}>Memory of one {gpu}</span>
        <span className={`text-sm tabular-nums ${MUTED}`}>
          {formatGib(memory.visible_gib)}; the line marks the {formatGib(memory.budget_gib)} that vLLM may use
        </span>
      </figcaption>
      <MemoryBar breakdown={breakdown} />
      <MemoryTable breakdown={breakdown} />
      <p className={`text-sm tabular-nums ${breakdown.excessGib > 0 ? WARNING_TEXT : MUTED}`}>
        {summary(memory, breakdown)}
      </p>
    </figure>
  );
}

function MemoryTable({ breakdown: { parts, totalGib } }: { breakdown: MemoryBreakdown }) {
  return (
    <table className="w-full text-sm text-slate-700 tabular-nums dark:text-slate-300">
      <thead className="sr-only">
        <tr>
          <th scope="col">Part</th>
          <th scope="col">Memory</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {parts.map(({ name, label, gib }) => (
          <tr key={name}>
            <th scope="row" className="py-0.5 text-left font-normal">
              <span className="flex items-center gap-2">
                <MemorySwatch name={name} />
                {label}
              </span>
            </th>
            <td className="py-0.5 pl-3 text-right whitespace-nowrap">{formatGib(gib)}</td>
            <td className={`w-14 py-0.5 text-right ${MUTED}`}>{Math.round((100 * gib) / totalGib)}%</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function summary(memory: Memory, { excessGib, budgetGib }: MemoryBreakdown): string {
  if (excessGib > 0) {
    return (
      `Exceeds the ${formatGib(budgetGib)} that vLLM may use by ${formatGib(excessGib)}, ` +
      "which leaves no room for the KV cache."
    );
  }
  const { kv_cache_tokens: first, kv_cache_tokens_later: later, max_concurrency: requests } = memory;
  return (
    `The KV cache holds ${formatCount(first)} tokens: ` +
    `${formatCount(requests)} concurrent requests at the max model length.` +
    (later > first
      ? ` From the second start on, when vLLM has cached the compiled model, it holds ${formatCount(later)}.`
      : "")
  );
}
