import { screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";

import { isFeasibleRow } from "../../src/compare/comparison";
import { openComparison, shownInstances } from "../support/comparePage";
import { COMPARISON, feasibleRow } from "../support/comparison";
import { json } from "../support/service";

afterEach(() => history.replaceState(null, "", "/"));

const header = (name: string) => screen.getByRole("columnheader", { name });
const sortBy = (name: string) => userEvent.click(within(header(name)).getByRole("button"));
const row = (name: string) =>
  screen.getAllByRole("row").find((each) => within(each).queryByRole("link", { name }) !== null) ??
  document.body;
/** Without the column names that narrow screens show in each cell. */
const values = (name: string) =>
  within(row(name))
    .getAllByRole("cell")
    .map((cell) => {
      cell.querySelectorAll(":scope > [aria-hidden]").forEach((label) => label.remove());
      return cell.textContent;
    });

test("a row has all values of its instance, and links to the Run page", async () => {
  await openComparison();
  expect(values("g6.12xlarge")).toEqual([
    "4 × L4",
    "96 GiB",
    "BF16",
    "4",
    "40,960",
    "500",
    "$4.60",
    "$0.0092",
  ]);
  expect(values("g4dn.2xlarge")[2]).toBe("INT4, pre-quantized");
  expect(screen.getByRole("link", { name: "g6.12xlarge" })).toHaveAttribute(
    "href",
    "./?model=org/model&instance_type=g6.12xlarge",
  );
  expect(row("g5.2xlarge")).toHaveTextContent("little host memory");
});

test("instances that do not run the model come last, each with its reason", async () => {
  await openComparison("&sort=instance_type");
  expect(shownInstances().at(-1)).toBe("g4dn.xlarge");
  expect(screen.getByText("1 instance does not run the model")).toBeInTheDocument();
  expect(row("g4dn.xlarge")).toHaveTextContent("g4dn.xlarge has 16 GiB (1 x T4).");
});

test("the instances on the frontier are marked", async () => {
  await openComparison();
  const marked = screen.getAllByRole("rowheader", { name: /on the frontier/ });
  expect(marked.map((cell) => within(cell).getByRole("link").textContent)).toEqual([
    "g5.xlarge",
    "g6.12xlarge",
    "g4dn.2xlarge",
  ]);
});

test("a heading sorts, reverses and restores the order, and says so", async () => {
  await openComparison();
  const original = shownInstances();
  await sortBy("$ per hour");
  expect(header("$ per hour")).toHaveAttribute("aria-sort", "ascending");
  expect(shownInstances()).toEqual(["g4dn.2xlarge", "g5.xlarge", "g5.2xlarge", "g6.12xlarge", "g4dn.xlarge"]);
  expect(screen.getByText("Sorted by $ per hour, ascending.")).toBeInTheDocument();
  expect(location.search).toBe("?model=org/model&sort=usd_per_hour");
  await sortBy("$ per hour");
  expect(header("$ per hour")).toHaveAttribute("aria-sort", "descending");
  await sortBy("Context");
  expect(header("$ per hour")).not.toHaveAttribute("aria-sort");
  expect(header("Context")).toHaveAttribute("aria-sort", "descending");
  await sortBy("Context");
  await sortBy("Context");
  expect(shownInstances()).toEqual(original);
  expect(location.search).toBe("?model=org/model");
});

test("a price that is not known is a dash", async () => {
  const instances = [...COMPARISON.instances, feasibleRow("g7.xlarge")];
  await openComparison("", () => json({ ...COMPARISON, instances }));
  expect(values("g7.xlarge").slice(-2)).toEqual(["–Not known", "–Not known"]);
});

test("without prices there are no columns for them and no filter by price", async () => {
  const instances = COMPARISON.instances
    .filter(isFeasibleRow)
    .map(({ usd_per_hour, usd_per_hour_per_request, ...others }) => others);
  await openComparison("", () => json({ ...COMPARISON, instances }));
  expect(screen.queryByRole("columnheader", { name: /\$/ })).toBeNull();
  expect(screen.queryByLabelText("Maximum $ per hour")).toBeNull();
  expect(screen.getByText("Native precision first, then quantized; each by GPU memory.")).toBeInTheDocument();
  expect(screen.getByRole("figure", { name: "Requests at once against GPU memory" })).toBeInTheDocument();
});
