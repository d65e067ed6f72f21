/* eslint-disable jsx-a11y/no-interactive-element-to-noninteractive-role -- see InstanceTable */

import type { ReactNode } from "react";

import { Link } from "../app/Link";
import { FOCUS, MUTED } from "../components/styles";
import { formatCount } from "../format";
import type { ModelInfo } from "../types";
import type { Column } from "./columns";
import {
  formatGpus,
  formatPrecision,
  formatUsd,
  formatUsdPerRequest,
  isFeasibleRow,
  needsCheckpoint,
  remarks,
  type FeasibleInstance,
  type InfeasibleInstance,
  type InstanceRow,
} from "./comparison";
import { FrontierSymbol } from "./PointSymbol";
import { runUrl, type Subject } from "./query";

interface RowProps<Row extends InstanceRow> {
  columns: readonly Column[];
  subject: Subject;
  row: Row;
}

export function FeasibleRow({
  columns,
  subject,
  modelInfo,
  row,
  isBest,
}: RowProps<FeasibleInstance> & { modelInfo: ModelInfo; isBest: boolean }) {
  return (
    <tr role="row" className={ROW}>
      <InstanceCell subject={subject} row={row} isBest={isBest} />
      {columns.slice(1).map((column) => (
        <ValueCell key={column.name} column={column}>
          {valueOf(column, row, modelInfo)}
        </ValueCell>
      ))}
    </tr>
  );
}

/** The reason takes the place of the values. */
export function InfeasibleRow({ columns, subject, row }: RowProps<InfeasibleInstance>) {
  const [, gpus, memory, ...others] = columns;
  return (
    <tr role="row" className={ROW}>
      <InstanceCell subject={subject} row={row} isBest={false} />
      {gpus && <ValueCell column={gpus}>{formatGpus(row)}</ValueCell>}
      {memory && <ValueCell column={memory}>{formatMemory(row)}</ValueCell>}
      <td role="cell" colSpan={others.length} className={`${CELL} max-md:col-span-full md:min-w-96 ${MUTED}`}>
        {row.reason}
      </td>
    </tr>
  );
}

/** The heading of the rows that do not run the model. */
export function InfeasibleTitle({ count, columnCount }: { count: number; columnCount: number }) {
  return (
    <tr role="row" className="max-md:block">
      <th
        role="rowheader"
        scope="rowgroup"
        colSpan={columnCount}
        className="border-t border-slate-200 bg-slate-100 px-3 py-2 text-left font-semibold text-slate-900 max-md:block dark:border-slate-700 dark:bg-slate-800 dark:text-slate-50"
      >
        <span className="sticky left-3">
          {formatCount(count)} {count === 1 ? "instance does" : "instances do"} not run the model
        </span>
      </th>
    </tr>
  );
}

const ROW =
  "group max-md:grid max-md:grid-cols-2 max-md:gap-x-4 sm:max-md:grid-cols-3 max-md:gap-y-2 max-md:border-t max-md:border-slate-200 " +
  "max-md:p-3 dark:max-md:border-slate-700";
const CELL =
  "align-top md:border-t md:border-slate-200 md:px-3 md:py-2 md:group-hover:bg-slate-50 " +
  "dark:md:border-slate-700 dark:md:group-hover:bg-slate-800";

/** The name stays in view while the table scrolls sideways. */
function InstanceCell({ subject, row, isBest }: { subject: Subject; row: InstanceRow; isBest: boolean }) {
  return (
    <th
      role="rowheader"
      scope="row"
      className={`bg-white text-left font-medium max-md:col-span-full md:sticky md:left-0 md:whitespace-nowrap dark:bg-slate-900 ${CELL}`}
    >
      <span className="flex items-center gap-1.5 max-md:flex-row-reverse max-md:justify-end">
        <span className="w-4">{isBest && <FrontierSymbol />}</span>
        <Link
          href={runUrl(subject, row.instance_type)}
          className={`rounded-sm text-teal-800 underline decoration-teal-800/40 underline-offset-2 hover:decoration-current dark:text-teal-300 dark:decoration-teal-300/40 ${FOCUS}`}
        >
          {row.instance_type}
        </Link>
      </span>
      {isFeasibleRow(row) && (
        <span className={`block text-xs font-normal md:max-w-44 md:pl-5.5 md:whitespace-normal ${MUTED}`}>
          {remarks(row)}
        </span>
      )}
    </th>
  );
}

/** On a narrow screen the value is below the name of its column, which is also its heading. */
function ValueCell({ column, children }: { column: Column; children: ReactNode }) {
  return (
    <td
      role="cell"
      className={`md:whitespace-nowrap ${CELL} ${column.isNumber ? "md:text-right" : "text-left"}`}
    >
      <span aria-hidden="true" className={`block text-xs md:hidden ${MUTED}`}>
        {column.label}
      </span>
      {children}
    </td>
  );
}

function valueOf({ name }: Column, row: FeasibleInstance, modelInfo: ModelInfo): ReactNode {
  switch (name) {
    case "instance_type":
      return row.instance_type;
    case "accelerator_name":
      return formatGpus(row);
    case "accelerator_memory_gib":
      return formatMemory(row);
    case "quantization":
      return (
        <>
          {formatPrecision(row, modelInfo)}
          {needsCheckpoint(row) && <span className={MUTED}>, pre-quantized</span>}
        </>
      );
    case "usd_per_hour":
      return row.usd_per_hour === undefined ? UNKNOWN : formatUsd(row.usd_per_hour);
    case "usd_per_hour_per_request":
      return row.usd_per_hour_per_request === undefined
        ? UNKNOWN
        : formatUsdPerRequest(row.usd_per_hour_per_request);
    default:
      return formatCount(row[name]);
  }
}

const formatMemory = (row: InstanceRow) => `${formatCount(row.accelerator_memory_gib)} GiB`;

const UNKNOWN = (
  <span className={MUTED}>
    <span aria-hidden="true">–</span>
    <span className="sr-only">Not known</span>
  </span>
);
