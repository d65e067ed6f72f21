/** The symbols of instances, in the plot and in its legend. They differ in shape too, not in color alone. */

interface PointSymbolProps {
  isBest: boolean;
  isQuantized: boolean;
}

const RADIUS = 5;
const DIAGONAL = 6.5;

/** Around the origin: a circle in native precision, a diamond where quantized; filled on the frontier. */
export function PointSymbol({ isBest, isQuantized }: PointSymbolProps) {
  const className = isBest
    ? "fill-teal-700 stroke-white dark:fill-teal-400 dark:stroke-slate-900 forced-colors:fill-[CanvasText] forced-colors:stroke-[Canvas]"
    : "fill-white stroke-slate-500 dark:fill-slate-900 dark:stroke-slate-400 forced-colors:fill-[Canvas] forced-colors:stroke-[CanvasText]";
  return isQuantized ? (
    <path
      d={`M0-${DIAGONAL} ${DIAGONAL} 0 0 ${DIAGONAL}-${DIAGONAL} 0Z`}
      strokeWidth="1.5"
      className={className}
    />
  ) : (
    <circle r={isBest ? RADIUS + 0.5 : RADIUS} strokeWidth="1.5" className={className} />
  );
}

/** A symbol outside of the plot. */
export function LegendSymbol(props: PointSymbolProps) {
  return (
    <svg aria-hidden="true" viewBox="-8 -8 16 16" className="size-4 shrink-0">
      <PointSymbol {...props} />
    </svg>
  );
}

/** Marks an instance of the table that is on the frontier. */
export function FrontierSymbol() {
  return (
    <span title="On the frontier" className="flex">
      <LegendSymbol isBest isQuantized={false} />
      <span className="sr-only">on the frontier</span>
    </span>
  );
}
