import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";

import { configValues } from "../../src/configuration";
import { ExplanationPanel } from "../../src/components/ExplanationPanel";
import type { FeasibleResponse, Suggestion } from "../../src";
import { feasible } from "../support/golden";
import { suggestionOf } from "../support/suggestion";

function renderPanel(recommendation: FeasibleResponse, changes: Partial<Suggestion> = {}) {
  const suggestion = suggestionOf(recommendation, changes);
  const current = changes.current ?? recommendation;
  render(<ExplanationPanel suggestion={suggestion} current={current as FeasibleResponse} />);
  return suggestion;
}

test("the panel is open at first and can be hidden and shown", async () => {
  const response = feasible("fits-one-gpu");
  renderPanel(response);
  const reason = screen.getByText(/Concurrency = /);
  expect(reason).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Hide explanation", expanded: true }));
  expect(reason).not.toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Show explanation", expanded: false }));
  expect(reason).toBeVisible();
});

test("the heading says whether the user changed values", () => {
  renderPanel(feasible("fits-one-gpu"));
  expect(screen.getByRole("heading", { level: 2 })).toHaveTextContent("Recommended Configuration");
  renderPanel(feasible("fits-one-gpu"), { current: feasible("asked-for-concurrency") });
  expect(screen.getByRole("heading", { name: "Your Configuration" })).toBeVisible();
});

test("the model and the instance are shown with their details", () => {
  renderPanel(feasible("fits-all-gpus"));
  expect(screen.getByText("org/model").parentElement).toHaveTextContent("org/model (7.2B params, BF16)");
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

test("each value is shown with its explanation in one line", () => {
  const response = feasible("quantized-at-load");
  renderPanel(response);
  const { explanation } = response;
  const lines = screen.getAllByRole("term").map((term) => term.parentElement?.textContent);
  expect(lines).toContain(`Tensor Parallel = 1 — ${explanation.tensor_parallel_degree}`);
  expect(lines).toContain(`Quantization = FP8 — ${explanation.quantization}`);
  expect(lines).toContain("Input + Output = 512 + 256 — Tokens per prompt and per generated response.");
});

test("a configuration that does not start says so instead of what it holds in production", () => {
  const current = feasible("asked-for-context-beyond-the-limit");
  renderPanel(current, { current });
  expect(screen.getByText("vLLM would not start with these values (see the warnings).")).toBeVisible();
  expect(screen.queryByText(/^In production/)).toBeNull();
});

describe("values with which vLLM does not start", () => {
  const current = feasible("asked-for-context-beyond-the-cache");

  test("come with the changes with which it does", async () => {
    const suggestion = renderPanel(feasible("fits-one-gpu"), { current });
    const change = current.alternatives?.changes?.[0];
    expect(
      screen.getByRole("list", { name: "It starts with a change of one argument of vLLM" }),
    ).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Apply --max-model-len" }));
    expect(suggestion.apply).toHaveBeenCalledExactlyOnceWith(change, "--max-model-len");
  });

  test("do not repeat changes that the options show", () => {
    const response = feasible("quantized-at-load");
    const alternatives = { ...response.alternatives, ...current.alternatives };
    renderPanel({ ...response, alternatives }, { current });
    expect(screen.queryByRole("list", { name: /^It starts with a change/ })).toBeNull();
  });
});

describe("a changed value", () => {
  const recommendation = feasible("fits-all-gpus");
  const current = feasible("asked-for-tp");
  const values = { ...configValues(recommendation), tensor_parallel_degree: 2 };

  test("can be reset to the recommended one", async () => {
    const { apply } = renderPanel(recommendation, { current, values });
    await userEvent.click(screen.getByRole("button", { name: "Reset Tensor Parallel to 4" }));
    expect(apply).toHaveBeenCalledExactlyOnceWith(configValues(recommendation), "Tensor Parallel 4");
  });

  test("can be reset together with all others", async () => {
    const { apply } = renderPanel(recommendation, { current, values });
    await userEvent.click(screen.getByRole("button", { name: "Reset to Recommendation" }));
    expect(apply).toHaveBeenCalledExactlyOnceWith(configValues(recommendation), "Recommended configuration");
  });
});

test("a configuration that is about to be replaced is busy", () => {
  renderPanel(feasible("fits-one-gpu"), { isUpdating: true });
  expect(screen.getByText("Updating…")).toBeVisible();
  expect(screen.getByRole("region")).toHaveAttribute("aria-busy", "true");
  expect(screen.getByRole("button", { name: "Copy command" })).toBeDisabled();
});

test("a workload other than the default is shown with its explanation", () => {
  const response = feasible("asked-for-native-that-does-not-fit");
  renderPanel(response);
  expect(screen.getByRole("region")).toHaveTextContent(
    response.explanation.input_sequence_length ?? "missing",
  );
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
  renderPanel(feasible("fits-one-gpu"), {
    warnings: { byField: {}, general: [] },
  });
  expect(screen.queryByRole("list", { name: "Warnings" })).toBeNull();
});

test("notes are listed apart from warnings, the one about production first", () => {
  const response = feasible("asked-for-tp");
  renderPanel(response);
  expect(response.notes.length).toBeGreaterThan(0);
  const notes = within(screen.getByRole("list", { name: "Notes" })).getAllByRole("listitem");
  expect(notes.map(({ textContent }) => textContent)).toEqual([
    response.explanation.production_note,
    ...response.notes,
  ]);
});
