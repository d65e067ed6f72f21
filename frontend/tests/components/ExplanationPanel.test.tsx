import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";

import { ExplanationPanel } from "../../src/components/ExplanationPanel";
import type { FeasibleResponse } from "../../src";
import { feasible } from "../support/golden";

function renderPanel(
  response: FeasibleResponse,
  { hasOverrides = false, warnings = response.warnings } = {},
) {
  render(
    <ExplanationPanel
      response={response}
      model="org/model"
      instanceType="g5.12xlarge"
      hasOverrides={hasOverrides}
      warnings={warnings}
    />,
  );
}

test("the panel is open at first and can be hidden and shown", async () => {
  const response = feasible("fits-one-gpu");
  renderPanel(response);
  const reason = screen.getByText(response.explanation.concurrency);
  expect(reason).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Hide explanation", expanded: true }));
  expect(reason).not.toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Show explanation", expanded: false }));
  expect(reason).toBeVisible();
});

test("the heading says whether the user changed values", () => {
  renderPanel(feasible("fits-one-gpu"));
  expect(screen.getByRole("heading", { level: 2 })).toHaveTextContent("Recommended Configuration");
  renderPanel(feasible("fits-one-gpu"), { hasOverrides: true });
  expect(screen.getByRole("heading", { name: "Your Configuration" })).toBeVisible();
});

test("the model and the instance are shown with their details", () => {
  renderPanel(feasible("fits-all-gpus"));
  expect(screen.getByText("org/model").parentElement).toHaveTextContent(
    "org/model (7.2B parameters, bfloat16)",
  );
  expect(screen.getByText("g5.12xlarge").parentElement).toHaveTextContent("g5.12xlarge (4 × A10G, 96 GiB)");
});

test("a model without known details is shown by its ID only", () => {
  const response = feasible("fits-one-gpu");
  renderPanel({
    ...response,
    model_info: { ...response.model_info, parameter_count: null, native_dtype: null },
  });
  expect(screen.getByText("org/model").parentElement).toHaveTextContent(/^org\/model$/);
});

test("each value is shown with its explanation", () => {
  const response = feasible("quantized-at-load");
  renderPanel(response);
  const { feasible: _, ...reasons } = response.explanation;
  for (const reason of Object.values(reasons)) {
    expect(screen.getByText(reason)).toBeVisible();
  }
  expect(screen.getByText("FP8")).toBeVisible();
  expect(screen.getByText("512 + 256")).toBeVisible();
  expect(screen.getByText("Tokens per prompt and per generated response.")).toBeVisible();
});

test("a workload other than the default is shown with its explanation", () => {
  const response = feasible("asked-for-native-that-does-not-fit");
  renderPanel(response);
  expect(screen.getByText(response.explanation.input_sequence_length ?? "missing")).toBeVisible();
});

test("general warnings are listed", () => {
  const response = feasible("quantized-at-load");
  renderPanel(response);
  expect(response.warnings.length).toBeGreaterThan(0);
  for (const warning of response.warnings) {
    expect(screen.getByRole("list", { name: "Warnings" })).toHaveTextContent(warning);
  }
});

test("there is no list of warnings without warnings", () => {
  renderPanel(feasible("fits-one-gpu"), { warnings: [] });
  expect(screen.queryByRole("list", { name: "Warnings" })).toBeNull();
});
