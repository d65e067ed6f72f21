import { expect, test } from "vitest";

import { filterRows, gpuNames, isFiltered, NO_FILTERS, type Filters } from "../../src/compare/filters";
import { COMPARISON, feasibleRow } from "../support/comparison";

const rows = COMPARISON.instances;
const filtered = (filters: Partial<Filters>) =>
  filterRows(rows, { ...NO_FILTERS, ...filters }).map((row) => row.instance_type);

test("without filters all rows are shown", () => {
  expect(filtered({})).toEqual(rows.map((row) => row.instance_type));
  expect(isFiltered(NO_FILTERS)).toBe(false);
});

test.each<[string, Partial<Filters>, string[]]>([
  ["a GPU, also where the model does not run", { gpu: "T4" }, ["g4dn.2xlarge", "g4dn.xlarge"]],
  ["native precision", { isNativeOnly: true }, ["g5.xlarge", "g5.2xlarge", "g6.12xlarge"]],
  ["a price, itself included", { maxUsdPerHour: "1" }, ["g5.xlarge", "g4dn.2xlarge"]],
  ["a context, itself included", { minContext: "16384" }, ["g5.xlarge", "g5.2xlarge", "g6.12xlarge"]],
  ["a price of zero", { maxUsdPerHour: "0" }, []],
  ["several of them", { gpu: "A10G", maxUsdPerHour: "1.1" }, ["g5.xlarge"]],
])("rows can be filtered by %s", (_, filters, expected) => {
  expect(filtered(filters)).toEqual(expected);
  expect(isFiltered({ ...NO_FILTERS, ...filters })).toBe(true);
});

test("what is not a number does not filter", () => {
  expect(filtered({ maxUsdPerHour: "cheap", minContext: " " })).toHaveLength(rows.length);
});

test("a row without a price does not match a maximum price", () => {
  const filters = { ...NO_FILTERS, maxUsdPerHour: "1000" };
  expect(filterRows([feasibleRow("g7.xlarge")], filters)).toEqual([]);
});

test("the GPUs are listed once and in alphabetical order", () => {
  expect(gpuNames(rows)).toEqual(["A10G", "L4", "T4"]);
});
