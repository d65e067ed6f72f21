import { useId } from "react";

import type { PartName } from "../memory";

/** The parts differ by pattern first and by colour second, so that they do in black and white as well. */
const STYLES: Record<PartName, { fill: string; mark: string; path: string }> = {
  weights: { fill: "fill-slate-700 dark:fill-slate-300", mark: "", path: "" },
  kv_cache: {
    fill: "fill-teal-200 dark:fill-teal-900",
    mark: "stroke-teal-700 dark:stroke-teal-300",
    path: "M-2 2 2-2M0 8 8 0M6 10 10 6",
  },
  activations: {
    fill: "fill-amber-100 dark:fill-amber-950",
    mark: "stroke-amber-600 dark:stroke-amber-400",
    path: "M0 4H8",
  },
  runtime: {
    fill: "fill-violet-100 dark:fill-violet-950",
    mark: "stroke-violet-600 dark:stroke-violet-400",
    path: "M0 4H8M4 0V8",
  },
  unused: { fill: "fill-white dark:fill-slate-900", mark: "", path: "" },
};

/** The pattern of a part, for a `fill` that names `id`. */
export function PartPattern({ id, name }: { id: string; name: PartName }) {
  const { fill, mark, path } = STYLES[name];
  return (
    <pattern id={id} width="8" height="8" patternUnits="userSpaceOnUse">
      <rect width="8" height="8" className={fill} />
      <path d={path} strokeWidth="2" fill="none" className={mark} />
    </pattern>
  );
}

/** The pattern as the key to the bar. */
export function Swatch({ name }: { name: PartName }) {
  const id = useId();
  return (
    <svg aria-hidden="true" width="16" height="16" className="mr-2 inline-block align-[-3px]">
      <PartPattern id={id} name={name} />
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
