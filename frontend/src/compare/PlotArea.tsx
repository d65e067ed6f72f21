import type { ModelInfo } from "../types";
import { placeLabels } from "./labels";
import { marksOf, type Mark } from "./marks";
import { PlotAxes } from "./PlotAxes";
import { PlotMark } from "./PlotMark";
import type { PlotPoint, PlotPoints } from "./plotPoints";
import { PlotTooltip } from "./PlotTooltip";
import { scaleOf, type Scale } from "./scale";
import { staircaseBoxes, staircasePath } from "./staircase";
import { usePointNavigation } from "./usePointNavigation";
import { useMeasured } from "./useMeasured";
import type { Subject } from "./query";

interface PlotAreaProps {
  subject: Subject;
  modelInfo: ModelInfo;
  plot: PlotPoints;
  titleId: string;
  descriptionId: string;
}

const MARGIN = { left: 52, right: 16, top: 34, bottom: 46 };

/** The plot itself, drawn for the width that it has, so that text keeps its size. */
export function PlotArea({ subject, modelInfo, plot, titleId, descriptionId }: PlotAreaProps) {
  const [container, width] = useMeasured<HTMLDivElement, number>(widthOf, 720);
  const height = width < 480 ? 320 : 400;
  const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const costs = scaleOf(plot.points.map(({ cost }) => cost));
  const requests = scaleOf(plot.points.map((point) => point.requests));
  const positionOf = (point: PlotPoint) => ({
    x: costs.position(point.cost) * inner.width,
    y: (1 - requests.position(point.requests)) * inner.height,
  });
  const marks = marksOf(plot, positionOf);
  const line = plot.best.map(positionOf);
  const labels = placeLabels(marks.filter(({ isBest }) => isBest).map(labelOf), {
    ...inner,
    marks,
    lines: staircaseBoxes(line, inner.width),
  });
  const { shown, stop, handlers } = usePointNavigation(marks);
  const shownMark = shown === undefined ? undefined : marks[shown];
  return (
    <div ref={container} className="relative" {...handlers}>
      <svg
        role="group"
        aria-labelledby={titleId}
        aria-describedby={descriptionId}
        width="100%"
        height={height}
        className="block overflow-visible text-xs tabular-nums select-none"
      >
        <g transform={`translate(${MARGIN.left} ${MARGIN.top})`}>
          <PlotAxes
            {...inner}
            x={{ scale: costs, title: axisTitle(plot.isPriced ? "$ per hour" : "GPU memory in GiB", costs) }}
            y={{ scale: requests, title: axisTitle("Requests at once", requests) }}
          />
          <path
            d={staircasePath(line, inner.width)}
            fill="none"
            strokeWidth="2"
            strokeLinejoin="round"
            className="stroke-teal-600/70 dark:stroke-teal-500/70 forced-colors:stroke-[CanvasText]"
          />
          {inDrawingOrder(marks).map((mark) => (
            <PlotMark
              key={mark.point.row.instance_type}
              index={marks.indexOf(mark)}
              subject={subject}
              mark={mark}
              isPriced={plot.isPriced}
              isTabStop={marks.indexOf(mark) === stop}
            />
          ))}
          <g aria-hidden="true" className="pointer-events-none">
            {labels.map(
              (label) =>
                label && (
                  <text
                    key={label.text}
                    x={label.x}
                    y={label.y}
                    textAnchor={label.anchor}
                    strokeWidth="3"
                    paintOrder="stroke"
                    className="fill-slate-900 stroke-white font-medium dark:fill-slate-100 dark:stroke-slate-900 forced-colors:fill-[CanvasText] forced-colors:stroke-[Canvas]"
                  >
                    {label.text}
                  </text>
                ),
            )}
          </g>
        </g>
      </svg>
      {shownMark && (
        <PlotTooltip
          mark={shownMark}
          modelInfo={modelInfo}
          x={shownMark.x + MARGIN.left}
          y={shownMark.y + MARGIN.top}
          width={width}
          height={height}
        />
      )}
    </div>
  );
}

/** The frontier last, so that nothing covers its marks. */
function inDrawingOrder(marks: readonly Mark[]): Mark[] {
  return marks.toSorted((a, b) => Number(a.isBest) - Number(b.isBest));
}

function labelOf({ x, y, point, others }: Mark) {
  const name = point.row.instance_type;
  return { x, y, text: others.length === 0 ? name : `${name} + ${others.length}` };
}

const axisTitle = (title: string, { isLog }: Scale) => (isLog ? `${title} (log scale)` : title);

const widthOf = (element: HTMLDivElement) => element.clientWidth;
