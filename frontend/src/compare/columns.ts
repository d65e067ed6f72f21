/** The columns of the table, and the order of its rows. */

import { isFeasibleRow, type FeasibleInstance, type InstanceRow } from "./comparison";

export type ColumnName =
  | "instance_type"
  | "accelerator_name"
  | "accelerator_memory_gib"
  | "quantization"
  | "tensor_parallel_degree"
  | "max_model_len"
  | "max_concurrent_requests"
  | "usd_per_hour"
  | "usd_per_hour_per_request";

export interface Column {
  name: ColumnName;
  label: string;
  isNumber: boolean;
  /** Whether the first click on the heading puts the largest value first. */
  isLargestFirst: boolean;
  /** What rows are ordered by, the most significant first; `undefined` where the row has no value. */
  sortValues: (row: InstanceRow) => (number | string | undefined)[];
}

export interface Sort {
  column: ColumnName;
  isDescending: boolean;
}

const text = { isNumber: false, isLargestFirst: false };
const smallestFirst = { isNumber: true, isLargestFirst: false };
const largestFirst = { isNumber: true, isLargestFirst: true };

/** `null` is the native precision; the others lose more the further they are to the right. */
const PRECISIONS: FeasibleInstance["quantization"][] = [null, "fp8", "int8", "int4"];

const ofFeasible =
  (value: (row: FeasibleInstance) => number | undefined): Column["sortValues"] =>
  (row) => [isFeasibleRow(row) ? value(row) : undefined];

export const COLUMNS: readonly Column[] = [
  {
    name: "instance_type",
    label: "Instance",
    ...text,
    sortValues: ({ instance_type }) => sizeInFamily(instance_type),
  },
  {
    name: "accelerator_name",
    label: "GPUs",
    ...text,
    sortValues: (row) => [row.accelerator_name, row.accelerator_count],
  },
  {
    name: "accelerator_memory_gib",
    label: "GPU memory",
    ...largestFirst,
    sortValues: (row) => [row.accelerator_memory_gib],
  },
  {
    name: "quantization",
    label: "Precision",
    ...text,
    sortValues: ofFeasible(({ quantization }) => PRECISIONS.indexOf(quantization)),
  },
  {
    name: "tensor_parallel_degree",
    label: "TP",
    ...smallestFirst,
    sortValues: ofFeasible((row) => row.tensor_parallel_degree),
  },
  {
    name: "max_model_len",
    label: "Context",
    ...largestFirst,
    sortValues: ofFeasible((row) => row.max_model_len),
  },
  {
    name: "max_concurrent_requests",
    label: "Requests at once",
    ...largestFirst,
    sortValues: ofFeasible((row) => row.max_concurrent_requests),
  },
  {
    name: "usd_per_hour",
    label: "$ per hour",
    ...smallestFirst,
    sortValues: ofFeasible((row) => row.usd_per_hour),
  },
  {
    name: "usd_per_hour_per_request",
    label: "$ per hour and request",
    ...smallestFirst,
    sortValues: ofFeasible((row) => row.usd_per_hour_per_request),
  },
];

/** Rows without a value come last in both directions. Equal rows, and all without `sort`, keep their order. */
export function sortRows<Row extends InstanceRow>(rows: readonly Row[], sort: Sort | undefined): Row[] {
  const column = COLUMNS.find(({ name }) => name === sort?.column);
  if (!sort || !column) {
    return [...rows];
  }
  const { sortValues } = column;
  return rows.toSorted((a, b) => compareLists(sortValues(a), sortValues(b), sort.isDescending ? -1 : 1));
}

/** The order after a click on a heading: the column's first direction, then the other one, then none. */
export function nextSort({ name, isLargestFirst }: Column, sort: Sort | undefined): Sort | undefined {
  if (sort?.column !== name) {
    return { column: name, isDescending: isLargestFirst };
  }
  return sort.isDescending === isLargestFirst ? { column: name, isDescending: !isLargestFirst } : undefined;
}

type Values = ReturnType<Column["sortValues"]>;

function compareLists(a: Values, b: Values, direction: 1 | -1): number {
  const differences = a.map((value, index) => compareValues(value, b[index], direction));
  return differences.find((difference) => difference !== 0) ?? 0;
}

function compareValues(a: Values[number], b: Values[number], direction: 1 | -1): number {
  if (a === undefined || b === undefined) {
    return Number(a === undefined) - Number(b === undefined);
  }
  return direction * (typeof a === "string" ? a.localeCompare(String(b), "en") : a - Number(b));
}

/** `g5.12xlarge` as `["g5", 12]`, where `xlarge` is 1 and `metal` the largest. */
function sizeInFamily(instanceType: string): [string, number] {
  const [family = "", size = ""] = instanceType.split(".");
  const count = /^(\d*)xlarge$/.exec(size)?.[1];
  return [family, count === undefined ? Number.MAX_VALUE : Number(count || "1")];
}
