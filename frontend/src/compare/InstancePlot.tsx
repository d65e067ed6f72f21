import { useId } from "react";

import { CARD, HEADING, MUTED } from "../components/styles";
import { formatCount } from "../format";
import type { ModelInfo } from "../types";
import type { FeasibleInstance } from "./comparison";
import { PlotArea } from "./PlotArea";
import { plotPoints } from "./plotPoints";
import { LegendSymbol } from "./PointSymbol";
import type { Subject } from "./query";

interface InstancePlotProps {
  subject: Subject;
  modelInfo: ModelInfo;
  rows: readonly FeasibleInstance[];
}

/** Requests at once against price, with the frontier. The table has the same data. */
export function InstancePlot({ subject, modelInfo, rows }: InstancePlotProps) {
  const id = useId();
  const plot = plotPoints(rows);
  if (plot.points.length === 0) {
    return null;
  }
  const cost = plot.isPriced ? "price" : "GPU memory";
  return (
    <figure aria-labelledby={`${id}-title`} className={`flex flex-col gap-3 ${CARD}`}>
      <figcaption className="flex flex-col gap-1">
        <h3 id={`${id}-title`} className={HEADING}>
          Requests at once against {cost}
        </h3>
        <p id={`${id}-description`} className={`text-sm ${MUTED}`}>
          {plot.isPriced
            ? "On the frontier: no other instance here holds as many requests for less, or more for the same price."
            : "No prices are known. On the frontier: no other instance here holds as many requests with less GPU memory, or more with the same."}
          <span className="sr-only"> The table below has the same data.</span>
        </p>
      </figcaption>
      <PlotArea
        subject={subject}
        modelInfo={modelInfo}
        plot={plot}
        titleId={`${id}-title`}
        descriptionId={`${id}-description ${id}-keys`}
      />
      <Legend isQuantized={rows.some(({ quantization }) => quantization !== null)} />
      <p id={`${id}-keys`} className={`text-sm ${MUTED}`}>
        Select a point to open it on the Run page. With the keyboard, the arrow keys move between points.
        {plot.omitted > 0 &&
          ` Not in the plot: ${formatCount(plot.omitted)} ${plot.omitted === 1 ? "instance" : "instances"} without a known price.`}
      </p>
    </figure>
  );
}

function Legend({ isQuantized }: { isQuantized: boolean }) {
  return (
    <ul
      aria-label="Legend"
      className="flex flex-wrap gap-x-5 gap-y-1 text-sm text-slate-700 dark:text-slate-300"
    >
      <li className="flex items-center gap-2">
        <LegendSymbol isBest isQuantized={false} /> On the frontier
      </li>
      <li className="flex items-center gap-2">
        <LegendSymbol isBest={false} isQuantized={false} /> Native precision
      </li>
      {isQuantized && (
        <li className="flex items-center gap-2">
          <LegendSymbol isBest={false} isQuantized /> Quantized
        </li>
      )}
    </ul>
  );
}
