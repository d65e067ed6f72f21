import { act, fireEvent, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";

import { openComparison } from "../support/comparePage";
import { COMPARISON, feasibleRow } from "../support/comparison";
import { json } from "../support/service";

afterEach(() => history.replaceState(null, "", "/"));

const plot = () => screen.getByRole("group", { name: "Requests at once against price" });
const points = () => within(plot()).getAllByRole("link");
const point = (name: RegExp) => within(plot()).getByRole("link", { name });
const tooltip = () => screen.queryByRole("tooltip");

test("each instance with a price is a link to the Run page, named by its values", async () => {
  await openComparison();
  expect(points()).toHaveLength(4);
  expect(point(/^g6/)).toHaveAccessibleName(
    "g6.12xlarge, 4 × L4; 500 requests at once for $4.60 per hour; on the frontier",
  );
  expect(point(/^g5.2xlarge/)).toHaveAccessibleName(
    "g5.2xlarge, 1 × A10G; 20 requests at once for $1.20 per hour",
  );
  expect(point(/^g6/)).toHaveAttribute("href", "./?model=org/model&instance_type=g6.12xlarge");
});

test("the plot refers to the table", async () => {
  await openComparison();
  expect(plot()).toHaveAccessibleDescription(/The table below has the same data/);
});

test("the frontier is labeled, other points are not", async () => {
  await openComparison();
  const labels = [...plot().querySelectorAll("text")].map(({ textContent }) => textContent);
  expect(labels).toContain("g6.12xlarge");
  expect(labels).not.toContain("g5.2xlarge");
  expect(labels).toContain("$ per hour");
  expect(labels).toContain("Requests at once (log scale)");
});

test("a tooltip has the values of the point under the pointer; Escape removes it", async () => {
  await openComparison();
  await userEvent.hover(point(/^g4dn/));
  expect(tooltip()).toHaveTextContent("g4dn.2xlarge");
  expect(tooltip()).toHaveTextContent("INT4, pre-quantized");
  const shown = tooltip();
  if (shown) {
    fireEvent.pointerOver(shown);
  }
  expect(tooltip()).not.toBeNull();
  act(() => point(/^g4dn/).focus());
  await userEvent.keyboard("{Escape}");
  expect(tooltip()).toBeNull();
  await userEvent.hover(point(/^g6/));
  fireEvent.pointerOver(plot());
  expect(tooltip()).toBeNull();
});

test("one point is in the tab order, and the arrow keys move between points", async () => {
  await openComparison();
  expect(points().filter((each) => each.tabIndex === 0)).toEqual([point(/^g4dn/)]);
  act(() => point(/^g4dn/).focus());
  expect(tooltip()).toHaveTextContent("g4dn.2xlarge");
  await userEvent.keyboard("{ArrowRight}");
  expect(point(/^g5.xlarge/)).toHaveFocus();
  expect(tooltip()).toHaveTextContent("g5.xlarge");
  await userEvent.keyboard("{End}{ArrowRight}");
  expect(point(/^g6/)).toHaveFocus();
  await userEvent.keyboard("{ArrowLeft}");
  expect(point(/^g5.2xlarge/)).toHaveFocus();
  expect(points().filter((each) => each.tabIndex === 0)).toEqual([point(/^g5.2xlarge/)]);
  await userEvent.keyboard("{Home}{ArrowLeft}");
  expect(point(/^g4dn/)).toHaveFocus();
  await userEvent.tab();
  expect(tooltip()).toBeNull();
});

test("instances without a price are counted", async () => {
  const instances = [...COMPARISON.instances, feasibleRow("g7.xlarge")];
  await openComparison("", () => json({ ...COMPARISON, instances }));
  expect(points()).toHaveLength(4);
  expect(screen.getByText(/Not in the plot: 1 instance without a known price/)).toBeInTheDocument();
});

test("instances in the same place are one point", async () => {
  const instances = ["g5.xlarge", "g5.2xlarge", "g5.4xlarge"].map((name) => feasibleRow(name));
  await openComparison("", () => json({ ...COMPARISON, instances }));
  const [only] = within(screen.getByRole("group", { name: /GPU memory/ })).getAllByRole("link");
  expect(only).toHaveAccessibleName(/also here: g5.2xlarge, g5.4xlarge$/);
  act(() => only?.focus());
  expect(await screen.findByRole("tooltip")).toHaveTextContent("Also here: g5.2xlarge, g5.4xlarge");
  expect(screen.getByText("g5.xlarge + 2")).toBeInTheDocument();
});
