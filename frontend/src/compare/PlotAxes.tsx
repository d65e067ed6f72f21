import type { Scale } from "./scale";

interface Axis {
  scale: Scale;
  title: string;
}

interface PlotAxesProps {
  width: number;
  height: number;
  x: Axis;
  y: Axis;
}

const TICK = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

const LINE =
  "stroke-slate-200 dark:stroke-slate-800 forced-colors:stroke-[CanvasText] forced-colors:opacity-25";
const TEXT = "fill-slate-600 dark:fill-slate-400 forced-colors:fill-[CanvasText]";
const TITLE = "fill-slate-800 font-medium dark:fill-slate-200 forced-colors:fill-[CanvasText]";

/** Grid lines with their values, and the titles: above the vertical axis and below the horizontal one. */
export function PlotAxes({ width, height, x, y }: PlotAxesProps) {
  return (
    <g aria-hidden="true">
      {x.scale.ticks.map((tick) => (
        <g key={tick} transform={`translate(${x.scale.position(tick) * width} 0)`}>
          <line y2={height} className={LINE} />
          <text y={height + 18} textAnchor="middle" className={TEXT}>
            {TICK.format(tick)}
          </text>
        </g>
      ))}
      {y.scale.ticks.map((tick) => (
        <g key={tick} transform={`translate(0 ${(1 - y.scale.position(tick)) * height})`}>
          <line x2={width} className={LINE} />
          <text x={-8} y={4} textAnchor="end" className={TEXT}>
            {TICK.format(tick)}
          </text>
        </g>
      ))}
      <text x={-44} y={-18} className={TITLE}>
        {y.title}
      </text>
      <text x={width} y={height + 40} textAnchor="end" className={TITLE}>
        {x.title}
      </text>
    </g>
  );
}
