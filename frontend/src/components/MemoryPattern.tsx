import { useId } from "react";

import type { MemoryPartName } from "../memory";

/** Each part has a pattern of its own, so that the bar can be read without colors. */
const STYLES: Record<MemoryPartName, { background: string; stroke: string; path: string }> = {
  weights: { background: "fill-slate-700 dark:fill-slate-300", stroke: "", path: "" },
  kv_cache: {
    background: "fill-teal-200 dark:fill-teal-900",
    stroke: "stroke-teal-700 dark:stroke-teal-300",
    path: "M-2 2 2-2M0 8 8 0M6 10 10 6",
  },
  activations: {
    background: "fill-amber-100 dark:fill-amber-950",
    stroke: "stroke-amber-600 dark:stroke-amber-400",
    path: "M0 4H8",
  },
  runtime: {
    background: "fill-violet-100 dark:fill-violet-950",
    stroke: "stroke-violet-600 dark:stroke-violet-400",
    path: "M0 4H8M4 0V8",
  },
  unused: { background: "fill-white dark:fill-slate-900", stroke: "", path: "" },
};

/** The SVG pattern of a memory part, for `fill="url(#id)"`. */
export function MemoryPattern({ id, name }: { id: string; name: MemoryPartName }) {
  const { background, stroke, path } = STYLES[name];
  return (
    <pattern id={id} width="8" height="8" patternUnits="userSpaceOnUse">
      <rect width="8" height="8" className={background} />
      <path d={path} strokeWidth="2" fill="none" className={stroke} />
    </pattern>
  );
}

/** The pattern of a memory part as a legend symbol. */
export function MemorySwatch({ name }: { name: MemoryPartName }) {
  const id = useId();
  return (
    <svg aria-hidden="true" width="16" height="16" className="shrink-0">
      <MemoryPattern id={id} name={name} />
      <rect
        x="0.5"
        y="0.5"
        width="15"
        height="15"
        rx="2"
        fill={`url(#${id})`}
        className="stroke-slate-500 dark:stroke-slate-400"
      />
    </svg>
  );
}
