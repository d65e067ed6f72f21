import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";

import { LayoutTable } from "../../src/components/LayoutTable";
import type { FeasibleResponse } from "../../src";
import { feasible } from "../support/golden";
import { suggestionOf } from "../support/suggestion";

function renderTable(current: FeasibleResponse, recommendation = current) {
  const suggestion = suggestionOf(recommendation, { current });
  render(<LayoutTable suggestion={suggestion} current={current} />);
  return suggestion;
}

const rowTexts = () => screen.getAllByRole("row").map(({ textContent }) => textContent);

test("each layout is a row with its servers and what they hold together", () => {
  const current = feasible("fits-all-gpus");
  renderTable(current);
  expect(screen.getByRole("table", { name: "Ways to use the 4 GPUs" })).toBeVisible();
  expect(rowTexts()[1]).toMatch(/^4 replicas at TP 132,768/);
  expect(rowTexts()[2]).toMatch(/^2 replicas at TP 232,768/);
  expect(rowTexts()[3]).toMatch(/^1 replica at TP 432,768/);
});

test("the layout of the form is marked", () => {
  renderTable(feasible("fits-all-gpus"));
  const row = screen.getByRole("row", { current: true });
  expect(row).toHaveTextContent(/^1 replica at TP 4.*Current$/);
});

test("a layout of one server can be used", async () => {
  const recommendation = feasible("fits-all-gpus");
  const current = { ...recommendation, tensor_parallel_degree: 2 };
  const { apply, values } = renderTable(current, recommendation);
  await userEvent.click(screen.getByRole("button", { name: "Use 1 replica at TP 4" }));
  expect(apply).toHaveBeenCalledExactlyOnceWith(
    { ...values, tensor_parallel_degree: 4, max_model_len: 32768 },
    "1 replica at TP 4",
  );
});

test("a layout of several servers has a command", async () => {
  renderTable(feasible("fits-all-gpus"));
  const button = screen.getByRole("button", { name: "Command for 2 replicas at TP 2", expanded: false });
  await userEvent.click(button);
  expect(button).toHaveAttribute("aria-expanded", "true");
  expect(screen.getByText(/^vllm serve org\/model/)).toHaveTextContent("--data-parallel-size 2");
  await userEvent.click(button);
  expect(screen.queryByText(/^vllm serve/)).toBeNull();
});

test("there is no table for a single layout", () => {
  const { container } = render(
    <LayoutTable suggestion={suggestionOf()} current={feasible("fits-one-gpu")} />,
  );
  expect(within(container).queryByRole("table")).toBeNull();
});
