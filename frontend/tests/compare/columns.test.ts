import { expect, test } from "vitest";

import { COLUMNS, nextSort, sortRows, type Sort } from "../../src/compare/columns";
import type { InstanceRow } from "../../src/compare/comparison";
import { COMPARISON, feasibleRow, infeasibleRow } from "../support/comparison";
import { defined } from "../support/golden";

const names = (rows: readonly InstanceRow[]) => rows.map((row) => row.instance_type);
const sorted = (rows: readonly InstanceRow[], sort?: Sort) => names(sortRows(rows, sort));
const rows = COMPARISON.instances;

test("without a sort the rows keep the order of the response", () => {
  expect(sorted(rows)).toEqual(names(rows));
});

test.each([
  ["accelerator_memory_gib", ["g4dn.2xlarge", "g4dn.xlarge", "g5.xlarge", "g5.2xlarge", "g6.12xlarge"]],
  ["accelerator_name", ["g5.xlarge", "g5.2xlarge", "g6.12xlarge", "g4dn.2xlarge", "g4dn.xlarge"]],
  ["instance_type", ["g4dn.xlarge", "g4dn.2xlarge", "g5.xlarge", "g5.2xlarge", "g6.12xlarge"]],
  ["max_concurrent_requests", ["g4dn.2xlarge", "g5.xlarge", "g5.2xlarge", "g6.12xlarge", "g4dn.xlarge"]],
  ["max_model_len", ["g4dn.2xlarge", "g5.xlarge", "g5.2xlarge", "g6.12xlarge", "g4dn.xlarge"]],
  ["quantization", ["g5.xlarge", "g5.2xlarge", "g6.12xlarge", "g4dn.2xlarge", "g4dn.xlarge"]],
  ["tensor_parallel_degree", ["g5.xlarge", "g5.2xlarge", "g4dn.2xlarge", "g6.12xlarge", "g4dn.xlarge"]],
  ["usd_per_hour", ["g4dn.2xlarge", "g5.xlarge", "g5.2xlarge", "g6.12xlarge", "g4dn.xlarge"]],
  ["usd_per_hour_per_request", ["g6.12xlarge", "g5.xlarge", "g5.2xlarge", "g4dn.2xlarge", "g4dn.xlarge"]],
] as const)("rows are sorted by %s", (column, expected) => {
  expect(sorted(rows, { column, isDescending: false })).toEqual(expected);
});

test("every column can be sorted by", () => {
  for (const { name } of COLUMNS) {
    expect(sorted(rows, { column: name, isDescending: true })).toHaveLength(rows.length);
  }
});

test("rows without a value come last in both directions", () => {
  const unpriced = [infeasibleRow("g4dn.xlarge"), feasibleRow("g7.xlarge"), ...rows.slice(0, 2)];
  const last = ["g4dn.xlarge", "g7.xlarge"];
  expect(sorted(unpriced, { column: "usd_per_hour", isDescending: false }).slice(2)).toEqual(last);
  expect(sorted(unpriced, { column: "usd_per_hour", isDescending: true })).toEqual([
    "g5.2xlarge",
    "g5.xlarge",
    ...last,
  ]);
});

test("the sizes of a family are sorted by size and not by letter", () => {
  const sizes = ["g5.metal", "g5.12xlarge", "g5.xlarge", "g5.48xlarge", "g5.2xlarge"];
  expect(
    sorted(
      sizes.map((name) => feasibleRow(name)),
      { column: "instance_type", isDescending: false },
    ),
  ).toEqual(["g5.xlarge", "g5.2xlarge", "g5.12xlarge", "g5.48xlarge", "g5.metal"]);
});

test("precisions are sorted from native to int4", () => {
  const quantized = (["int4", "fp8", null, "int8"] as const).map((quantization) =>
    feasibleRow(quantization ?? "native", { quantization }),
  );
  expect(sorted(quantized, { column: "quantization", isDescending: false })).toEqual([
    "native",
    "fp8",
    "int8",
    "int4",
  ]);
});

test("clicks on a heading sort in the first direction, then in the other, then not at all", () => {
  const price = defined(COLUMNS.find(({ name }) => name === "usd_per_hour"));
  const requests = defined(COLUMNS.find(({ name }) => name === "max_concurrent_requests"));
  const cheapest = nextSort(price, undefined);
  expect(cheapest).toEqual({ column: "usd_per_hour", isDescending: false });
  const dearest = nextSort(price, cheapest);
  expect(dearest).toEqual({ column: "usd_per_hour", isDescending: true });
  expect(nextSort(price, dearest)).toBeUndefined();
  expect(nextSort(requests, cheapest)).toEqual({ column: "max_concurrent_requests", isDescending: true });
});
