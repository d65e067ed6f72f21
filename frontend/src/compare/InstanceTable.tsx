import { useId } from "react";

import { Link } from "../app/Link";
import { FOCUS, HEADING, MUTED, SURFACE } from "../components/styles";
import { formatCount } from "../format";
import type { ModelInfo } from "../types";
import { COLUMNS, type Column, type Sort } from "./columns";
import {
  formatGpus,
  formatPrecision,
  formatUsd,
  formatUsdPerRequest,
  hasPrices,
  isFeasibleRow,
  needsCheckpoint,
  remarks,
  type FeasibleInstance,
  type InfeasibleInstance,
  type InstanceRow,
} from "./comparison";
import { FrontierSymbol } from "./PointSymbol";
import { runUrl } from "./query";
import { ColumnHeading } from "./ColumnHeading";
import { useMeasured } from "./useMeasured";

interface InstanceTableProps {
  model: string;
  modelInfo: ModelInfo | undefined;
  /** In the order to show them in. Those that do not run the model are moved to the end. */
  rows: readonly InstanceRow[];
  /** The instance types on the frontier. */
  best: ReadonlySet<string>;
  sort: Sort | undefined;
  onSort: (sort: Sort | undefined) => void;
}

/** A row for each instance; below them those that do not run the model, with the reason. */
export function InstanceTable({ model, modelInfo, rows, best, sort, onSort }: InstanceTableProps) {
  const id = useId();
  const [region, isScrollable] = useMeasured<HTMLDivElement, boolean>(overflows, false);
  const feasible = rows.filter(isFeasibleRow);
  const infeasible = rows.filter((row) => !isFeasibleRow(row));
  const columns = hasPrices(rows) ? COLUMNS : COLUMNS.filter(({ name }) => !name.startsWith("usd"));
  return (
    <div className="flex flex-col gap-3">
      <div>
        <h3 id={`${id}-title`} className={HEADING}>
          Instances
        </h3>
        <p id={`${id}-description`} className={`text-sm ${MUTED}`}>
          {orderText(sort, hasPrices(rows))}
        </p>
      </div>
      <div
        ref={region}
        role="region"
        aria-labelledby={`${id}-title`}
        // A container that scrolls has to be reachable with the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={isScrollable ? 0 : undefined}
        className={`relative overflow-x-auto lg:overflow-clip ${SURFACE} ${FOCUS}`}
      >
        <table
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-description`}
          className="w-full border-separate border-spacing-0 text-sm text-slate-700 tabular-nums dark:text-slate-300"
        >
          <thead>
            <tr>
              {columns.map((column) => (
                <ColumnHeading key={column.name} column={column} sort={sort} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {feasible.map((row) => (
              <tr key={row.instance_type} className={ROW}>
                <InstanceCell model={model} row={row} isBest={best.has(row.instance_type)} />
                {columns.slice(1).map((column) => (
                  <td key={column.name} className={cellClass(column)}>
                    <Value column={column} row={row} modelInfo={modelInfo} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          {infeasible.length > 0 && (
            <InfeasibleRows model={model} rows={infeasible} columnCount={columns.length} />
          )}
        </table>
      </div>
    </div>
  );
}

function InfeasibleRows({
  model,
  rows,
  columnCount,
}: {
  model: string;
  rows: readonly InfeasibleInstance[];
  columnCount: number;
}) {
  return (
    <tbody>
      <tr>
        <th
          colSpan={columnCount}
          scope="rowgroup"
          className="border-t border-slate-200 bg-slate-100 px-3 py-2 text-left font-semibold text-slate-900 dark:border-slate-700 dark:bg-slate-800 dark:text-slate-50"
        >
          <span className="sticky left-3">
            {formatCount(rows.length)} {rows.length === 1 ? "instance does" : "instances do"} not run the
            model
          </span>
        </th>
      </tr>
      {rows.map((row) => (
        <tr key={row.instance_type} className={ROW}>
          <InstanceCell model={model} row={row} isBest={false} />
          <td className={`${CELL} whitespace-nowrap`}>{formatGpus(row)}</td>
          <td className={`${CELL} text-right whitespace-nowrap`}>{formatMemory(row)}</td>
          <td colSpan={columnCount - 3} className={CELL}>
            <p className={`max-w-[60ch] min-w-64 ${MUTED}`}>{row.reason}</p>
          </td>
        </tr>
      ))}
    </tbody>
  );
}

const ROW = "group";
const CELL =
  "border-t border-slate-200 px-3 py-2 align-top dark:border-slate-700 group-hover:bg-slate-50 dark:group-hover:bg-slate-800/50";

const cellClass = ({ isNumber }: Column) =>
  `${CELL} whitespace-nowrap ${isNumber ? "text-right" : "text-left"}`;

/** The name stays in view while the table scrolls sideways. */
function InstanceCell({ model, row, isBest }: { model: string; row: InstanceRow; isBest: boolean }) {
  return (
    <th
      scope="row"
      className={`sticky left-0 bg-white text-left font-medium whitespace-nowrap dark:bg-slate-900 ${CELL} dark:group-hover:bg-slate-800`}
    >
      <span className="flex items-center gap-1.5">
        <span className="w-4">{isBest && <FrontierSymbol />}</span>
        <Link
          href={runUrl(model, row.instance_type)}
          className={`rounded-sm text-teal-800 underline decoration-teal-800/40 underline-offset-2 hover:decoration-current dark:text-teal-300 dark:decoration-teal-300/40 ${FOCUS}`}
        >
          {row.instance_type}
        </Link>
      </span>
      {isFeasibleRow(row) && (
        <span className={`block pl-5.5 text-xs font-normal ${MUTED}`}>{remarks(row)}</span>
      )}
    </th>
  );
}

function Value({
  column,
  row,
  modelInfo,
}: {
  column: Column;
  row: FeasibleInstance;
  modelInfo: ModelInfo | undefined;
}) {
  switch (column.name) {
    case "instance_type":
      return row.instance_type;
    case "accelerator_name":
      return formatGpus(row);
    case "accelerator_memory_gib":
      return formatMemory(row);
    case "quantization":
      return <Precision row={row} modelInfo={modelInfo} />;
    case "usd_per_hour":
      return row.usd_per_hour === undefined ? <Unknown /> : formatUsd(row.usd_per_hour);
    case "usd_per_hour_per_request":
      return row.usd_per_hour_per_request === undefined ? (
        <Unknown />
      ) : (
        formatUsdPerRequest(row.usd_per_hour_per_request)
      );
    default:
      return formatCount(row[column.name]);
  }
}

function Precision({ row, modelInfo }: { row: FeasibleInstance; modelInfo: ModelInfo | undefined }) {
  return (
    <>
      {formatPrecision(row, modelInfo)}
      {needsCheckpoint(row) && <span className={MUTED}>, pre-quantized</span>}
    </>
  );
}

function Unknown() {
  return (
    <span className={MUTED}>
      <span aria-hidden="true">–</span>
      <span className="sr-only">Not known</span>
    </span>
  );
}

function orderText(sort: Sort | undefined, isPriced: boolean): string {
  const label = COLUMNS.find(({ name }) => name === sort?.column)?.label;
  return sort && label !== undefined
    ? `Sorted by ${label}, ${sort.isDescending ? "descending" : "ascending"}.`
    : `Native precision first, then quantized; each by ${isPriced ? "price" : "GPU memory"}.`;
}

const formatMemory = (row: InstanceRow) => `${formatCount(row.accelerator_memory_gib)} GiB`;

const overflows = (element: HTMLDivElement) => element.scrollWidth > element.clientWidth;
