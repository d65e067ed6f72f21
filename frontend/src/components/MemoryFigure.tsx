import { useId } from "react";

import { countText, gibText } from "../format";
import { memoryBar, type Bar } from "../memory";
import type { Memory } from "../types";
import { MemoryBar } from "./MemoryBar";
import { Swatch } from "./patterns";
import { MUTED, SUBHEADING, WARNING_TEXT } from "./styles";

/** The memory of one GPU: a bar to look at, and the same figures as a table. */
export function MemoryFigure({ memory, gpu }: { memory: Memory; gpu: string }) {
  const id = useId();
  const bar = memoryBar(memory);
  return (
    <figure aria-labelledby={`${id}-caption`} className="flex flex-col gap-2">
      <figcaption id={`${id}-caption`} className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className={SUBHEADING}>Memory of one {gpu}</span>
        <span className={`text-sm tabular-nums ${MUTED}`}>
          {gibText(memory.visible_gib)}; vLLM may use {gibText(memory.budget_gib)}, up to the line
        </span>
      </figcaption>
      <MemoryBar bar={bar} />
      <FigureTable bar={bar} />
      <p className={`text-sm tabular-nums ${bar.excessGib > 0 ? WARNING_TEXT : MUTED}`}>
        {summary(memory, bar)}
      </p>
    </figure>
  );
}

function FigureTable({ bar }: { bar: Bar }) {
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
        {bar.parts.map(({ name, label, gib }) => (
          <tr key={name}>
            <th scope="row" className="py-0.5 text-left font-normal">
              <Swatch name={name} />
              {label}
            </th>
            <td className="py-0.5 pl-3 text-right whitespace-nowrap">{gibText(gib)}</td>
            <td className={`w-14 py-0.5 text-right ${MUTED}`}>{Math.round((100 * gib) / bar.totalGib)}%</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function summary(memory: Memory, { excessGib, limitGib }: Bar): string {
  if (excessGib > 0) {
    return `${gibText(excessGib)} more than the ${gibText(limitGib)} that vLLM may use, and nothing left for the KV cache.`;
  }
  return (
    `${countText(memory.kv_cache_tokens)} tokens in the KV cache, ` +
    `${countText(memory.max_concurrency)} requests of the whole context at once.`
  );
}
