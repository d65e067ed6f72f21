import { openInApp } from "../app/Link";
import { formatGpus, formatRequests, formatUsd } from "./comparison";
import { formatCount } from "../format";
import type { PlotPoint } from "./plotPoints";
import { PointSymbol } from "./PointSymbol";
import { runUrl } from "./query";

interface PlotMarkProps {
  index: number;
  model: string;
  point: PlotPoint;
  isPriced: boolean;
  isBest: boolean;
  isTabStop: boolean;
  x: number;
  y: number;
}

/** Half of the smallest target size of WCAG 2.2: https://www.w3.org/TR/WCAG22/#target-size-minimum */
const TARGET_RADIUS = 12;

/** A point of the plot: a link to the Run page with its instance, the first one where several coincide. */
export function PlotMark({ index, model, point, isPriced, isBest, isTabStop, x, y }: PlotMarkProps) {
  const href = runUrl(model, point.rows[0].instance_type);
  return (
    <g transform={`translate(${x} ${y})`}>
      <a
        href={href}
        tabIndex={isTabStop ? 0 : -1}
        data-point={index}
        aria-label={nameOf(point, isPriced, isBest)}
        onClick={(event) => openInApp(event, href)}
        className="group cursor-pointer outline-none"
      >
        <circle r={TARGET_RADIUS} className="fill-transparent" />
        <circle
          r={TARGET_RADIUS - 2}
          strokeWidth="2"
          className="fill-none stroke-transparent group-hover:stroke-slate-400 group-focus-visible:stroke-teal-700 dark:group-focus-visible:stroke-teal-300 forced-colors:stroke-transparent forced-colors:group-focus-visible:stroke-[Highlight]"
        />
        <PointSymbol isBest={isBest} isQuantized={point.rows[0].quantization !== null} />
      </a>
    </g>
  );
}

function nameOf({ rows, cost, requests }: PlotPoint, isPriced: boolean, isBest: boolean): string {
  const [row, ...others] = rows;
  return [
    `${row.instance_type}, ${formatGpus(row)}`,
    `${formatRequests(requests)} ${isPriced ? `for ${formatUsd(cost)} per hour` : `in ${formatCount(cost)} GiB`}`,
    ...(isBest ? ["on the frontier"] : []),
    ...(others.length > 0 ? [`the same as ${others.map((other) => other.instance_type).join(", ")}`] : []),
  ].join(": ");
}
