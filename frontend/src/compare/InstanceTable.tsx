/* eslint-disable jsx-a11y/no-redundant-roles -- see below */

import { useId } from "react";

import { FOCUS, HEADING, MUTED, SURFACE } from "../components/styles";
import type { ModelInfo } from "../types";
import { ColumnHeading } from "./ColumnHeading";
import { COLUMNS, type Sort } from "./columns";
import { hasPrices, isFeasibleRow, type InstanceRow } from "./comparison";
import { FeasibleRow, InfeasibleRow, InfeasibleTitle } from "./InstanceRows";
import { useMeasured } from "./useMeasured";
import type { Subject } from "./query";

interface InstanceTableProps {
  subject: Subject;
  modelInfo: ModelInfo;
  /** In the order to show them in. Those that do not run the model are moved to the end. */
  rows: readonly InstanceRow[];
  /** The instance types on the frontier. */
  best: ReadonlySet<string>;
  sort: Sort | undefined;
  onSort: (sort: Sort | undefined) => void;
}

/**
 * A row for each instance; below them those that do not run the model, with the reason.
 *
 * On a narrow screen each row is a card, and the headings are buttons to sort by. The roles keep it a table there:
 * some browsers take them away with `display: table`.
 */
export function InstanceTable({ subject, modelInfo, rows, best, sort, onSort }: InstanceTableProps) {
  const id = useId();
  const [region, isScrollable] = useMeasured<HTMLDivElement, boolean>(overflows, false);
  const isPriced = hasPrices(rows);
  const columns = isPriced ? COLUMNS : COLUMNS.filter(({ name }) => !name.startsWith("usd"));
  const feasible = rows.filter(isFeasibleRow);
  const infeasible = rows.filter((row) => !isFeasibleRow(row));
  return (
    <div className="flex flex-col gap-3">
      <div>
        <h3 id={`${id}-title`} className={HEADING}>
          Instances
        </h3>
        <p id={`${id}-order`} className={`text-sm ${MUTED}`}>
          {orderText(sort, isPriced)}
        </p>
      </div>
      <div
        ref={region}
        role="region"
        aria-labelledby={`${id}-title`}
        // A container that scrolls has to be reachable with the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={isScrollable ? 0 : undefined}
        // Where the table fits, the headings stay in view while the page scrolls, which a scroll container would prevent.
        className={`relative ${isScrollable ? "overflow-x-auto" : "overflow-clip"} ${SURFACE} ${FOCUS}`}
      >
        <table
          role="table"
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-order`}
          className="w-full border-separate border-spacing-0 text-sm text-slate-700 tabular-nums max-md:block dark:text-slate-300"
        >
          <thead role="rowgroup" className="max-md:block">
            <tr
              role="row"
              className="max-md:flex max-md:flex-wrap max-md:bg-slate-100 dark:max-md:bg-slate-800"
            >
              {columns.map((column) => (
                <ColumnHeading key={column.name} column={column} sort={sort} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" className="max-md:block">
            {feasible.map((row) => (
              <FeasibleRow
                key={row.instance_type}
                columns={columns}
                subject={subject}
                modelInfo={modelInfo}
                row={row}
                isBest={best.has(row.instance_type)}
              />
            ))}
          </tbody>
          {infeasible.length > 0 && (
            <tbody role="rowgroup" className="max-md:block">
              <InfeasibleTitle count={infeasible.length} columnCount={columns.length} />
              {infeasible.map((row) => (
                <InfeasibleRow key={row.instance_type} columns={columns} subject={subject} row={row} />
              ))}
            </tbody>
          )}
        </table>
      </div>
    </div>
  );
}

function orderText(sort: Sort | undefined, isPriced: boolean): string {
  const label = COLUMNS.find(({ name }) => name === sort?.column)?.label;
  return sort && label !== undefined
    ? `Sorted by ${label}, ${sort.isDescending ? "descending" : "ascending"}.`
    : `Native precision first, then quantized; each by ${isPriced ? "price" : "GPU memory"}.`;
}

const overflows = (element: HTMLDivElement) => element.scrollWidth > element.clientWidth;
