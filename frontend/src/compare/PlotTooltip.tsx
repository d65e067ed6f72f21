import { MUTED } from "../components/styles";
import { formatCount } from "../format";
import type { ModelInfo } from "../types";
import { formatGpus, formatPrecision, formatUsd, formatUsdPerRequest, needsCheckpoint } from "./comparison";
import type { Mark } from "./marks";

interface PlotTooltipProps {
  mark: Mark;
  modelInfo: ModelInfo;
  /** The mark's position and the size of the plot, in pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

const TOOLTIP_WIDTH = 264;
/** Less than the radius of a point's target, so that the pointer can move onto the tooltip. */
const OFFSET = 10;

/** The values of a mark's instance, above it in the lower half of the plot and below it in the upper half. */
export function PlotTooltip({ mark, modelInfo, x, y, width, height }: PlotTooltipProps) {
  const { row } = mark.point;
  const left = Math.min(Math.max(x - TOOLTIP_WIDTH / 2, 0), width - TOOLTIP_WIDTH);
  const vertical = y > height / 2 ? { bottom: height - y + OFFSET } : { top: y + OFFSET };
  const values = [
    ["Precision", `${formatPrecision(row, modelInfo)}${needsCheckpoint(row) ? ", pre-quantized" : ""}`],
    ["TP", formatCount(row.tensor_parallel_degree)],
    ["Context", formatCount(row.max_model_len)],
    ["Requests at once", formatCount(row.max_concurrent_requests)],
    ["$ per hour", row.usd_per_hour === undefined ? undefined : formatUsd(row.usd_per_hour)],
    [
      "$ per hour and request",
      row.usd_per_hour_per_request === undefined
        ? undefined
        : formatUsdPerRequest(row.usd_per_hour_per_request),
    ],
  ] as const;
  return (
    <div
      role="tooltip"
      style={{ left, width: TOOLTIP_WIDTH, ...vertical }}
      className="absolute z-20 rounded-lg border border-slate-300 bg-white px-3 py-2 text-sm text-slate-700 shadow-lg dark:border-slate-600 dark:bg-slate-800 dark:text-slate-300"
    >
      <p className="font-semibold text-slate-900 dark:text-slate-50">{row.instance_type}</p>
      <p className={MUTED}>
        {formatGpus(row)}, {formatCount(row.accelerator_memory_gib)} GiB
      </p>
      <dl className="mt-1.5 tabular-nums">
        {values.map(
          ([label, value]) =>
            value !== undefined && (
              <div key={label} className="flex justify-between gap-3">
                <dt className={MUTED}>{label}</dt>
                <dd className="font-medium">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {mark.others.length > 0 && (
        <p className={`mt-1.5 ${MUTED}`}>
          Also here: {mark.others.map((other) => other.instance_type).join(", ")}
        </p>
      )}
    </div>
  );
}
