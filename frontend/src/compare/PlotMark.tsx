import { openInApp } from "../app/Link";
import { formatGpus, formatRequests, formatUsd } from "./comparison";
import { formatCount } from "../format";
import type { Mark } from "./marks";
import { PointSymbol } from "./PointSymbol";
import { runUrl, type Subject } from "./query";

interface PlotMarkProps {
  index: number;
  subject: Subject;
  mark: Mark;
  isPriced: boolean;
  isTabStop: boolean;
}

/** Half of the smallest target size of WCAG 2.2: https://www.w3.org/TR/WCAG22/#target-size-minimum */
const TARGET_RADIUS = 12;

/** A link to the Run page with the mark's instance. */
export function PlotMark({ index, subject, mark, isPriced, isTabStop }: PlotMarkProps) {
  const { row } = mark.point;
  const href = runUrl(subject, row.instance_type);
  return (
    <g transform={`translate(${mark.x} ${mark.y})`}>
      <a
        href={href}
        tabIndex={isTabStop ? 0 : -1}
        data-point={index}
        aria-label={nameOf(mark, isPriced)}
        onClick={(event) => openInApp(event, href)}
        className="group cursor-pointer outline-none"
      >
        <circle r={TARGET_RADIUS} className="fill-transparent" />
        <circle
          r={TARGET_RADIUS - 2}
          strokeWidth="2"
          className="fill-none stroke-transparent group-hover:stroke-slate-400 group-focus-visible:stroke-teal-700 dark:group-focus-visible:stroke-teal-300 forced-colors:stroke-transparent forced-colors:group-focus-visible:stroke-[Highlight]"
        />
        <PointSymbol isBest={mark.isBest} isQuantized={row.quantization !== null} />
      </a>
    </g>
  );
}

function nameOf({ point: { row, cost, requests }, isBest, others }: Mark, isPriced: boolean): string {
  return [
    `${row.instance_type}, ${formatGpus(row)}`,
    `${formatRequests(requests)} ${isPriced ? `for ${formatUsd(cost)} per hour` : `in ${formatCount(cost)} GiB`}`,
    ...(isBest ? ["on the frontier"] : []),
    ...(others.length > 0 ? [`also here: ${others.map((other) => other.instance_type).join(", ")}`] : []),
  ].join("; ");
}
