import { render, screen, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { FeasibilityBanner } from "../../src/components/FeasibilityBanner";
import type { RecommendResponse } from "../../src";
import { feasible, golden, infeasible } from "../support/golden";

const renderBanner = (recommendation: RecommendResponse, current = recommendation) =>
  render(
    <FeasibilityBanner
      recommendation={recommendation}
      current={current}
      model="org/model"
      instanceType="g4dn.xlarge"
      values={{}}
      onApply={vi.fn()}
    />,
  );

const optionNames = () =>
  screen.queryAllByRole("group").map((group) => within(group).getByRole("heading").textContent);

test("a model that fits in its native precision has no banner", () => {
  renderBanner(golden("fits-one-gpu"));
  expect(document.body).toHaveTextContent(/^$/);
});

describe("a model that fits only quantized", () => {
  test("has the quantized and the larger option", () => {
    renderBanner(golden("quantized-at-load"));
    expect(
      screen.getByRole("region", { name: "Model too large for native BF16 on g4dn.xlarge" }),
    ).toBeVisible();
    expect(optionNames()).toEqual(["Option A: FP8", "Option B: p5.4xlarge"]);
  });

  test("has another option at load if the quantization needs a pre-quantized checkpoint", () => {
    renderBanner(golden("pre-quantized"));
    expect(optionNames()).toEqual(["Option A: INT8", "Option B: FP8", "Option C: g5.xlarge"]);
    expect(screen.getByRole("list", { name: "Pre-quantized checkpoints" })).toBeVisible();
  });

  test("says so if the Hub has no pre-quantized checkpoint", () => {
    const response = feasible("pre-quantized");
    const { quantization_option: option, ...others } = response.alternatives ?? {};
    renderBanner({
      ...response,
      checkpoints: [],
      alternatives: { ...others, quantization_option: option && { ...option, checkpoints: [] } },
    });
    expect(screen.getByText(/^No pre-quantized checkpoint/)).toBeVisible();
  });

  test("says so if the Hub could not be searched", () => {
    const response = feasible("pre-quantized");
    const { quantization_option: option, ...others } = response.alternatives ?? {};
    renderBanner({
      ...response,
      checkpoints: undefined,
      alternatives: { ...others, quantization_option: option && { ...option, checkpoints: undefined } },
    });
    expect(screen.getByText(/The Hugging Face Hub could not be searched/)).toBeVisible();
  });
});

test("a requested quantization that needs a pre-quantized checkpoint has a banner without options", () => {
  renderBanner(golden("fits-one-gpu"), golden("asked-for-int4"));
  expect(
    screen.getByRole("region", { name: "This quantization needs a pre-quantized checkpoint" }),
  ).toBeVisible();
  expect(optionNames()).toEqual([]);
});

test("the options stay while the values of the form are another configuration", () => {
  renderBanner(golden("quantized-at-load"), golden("asked-for-native-that-does-not-fit"));
  expect(optionNames()).toEqual(["Option A: FP8", "Option B: p5.4xlarge"]);
});

test("if there is no configuration for the values of the form, the banner has the reason", () => {
  const current = infeasible("version-without-the-class");
  renderBanner(golden("fits-one-gpu"), current);
  expect(screen.getByText(current.explanation.reason)).toBeVisible();
});

describe("a model that does not fit", () => {
  test("has the service's reason and the larger instance", () => {
    const response = infeasible("does-not-fit");
    renderBanner(response);
    expect(
      screen.getByRole("region", { name: "Model too large for native BF16 on g4dn.xlarge" }),
    ).toHaveTextContent(response.explanation.reason);
    expect(optionNames()).toEqual(["g7e.12xlarge"]);
  });

  test("has a title without the precision if it is not known", () => {
    renderBanner({ ...infeasible("does-not-fit"), model_info: undefined });
    expect(screen.getByRole("heading", { level: 2 })).toHaveTextContent(
      "Model too large for native precision on g4dn.xlarge",
    );
  });

  test("has a title with the quantization of a quantized checkpoint", () => {
    renderBanner(infeasible("gpu-lacks-the-kernel"));
    expect(screen.getByRole("heading", { level: 2 })).toHaveTextContent(
      /^Model does not run on .* in its MXFP4 quantization$/,
    );
  });

  test("has the larger instance even if only its name is known", () => {
    renderBanner({ ...infeasible("does-not-fit"), alternatives: undefined, model_info: undefined });
    expect(optionNames()).toEqual(["g7e.12xlarge"]);
  });

  test("has only the reason if no larger instance is known", () => {
    const response = infeasible("does-not-fit");
    const { suggested_instance: _, ...explanation } = response.explanation;
    renderBanner({ ...response, explanation, alternatives: undefined });
    expect(optionNames()).toEqual([]);
  });

  test("has the warnings of the response", () => {
    const warning = "The metadata is one hour old.";
    renderBanner({ ...infeasible("does-not-fit"), warnings: [warning], warning_codes: ["older_metadata"] });
    expect(screen.getByText(warning)).toBeVisible();
  });
});

test.each([
  ["neuron", "AWS Neuron instances such as g4dn.xlarge are not yet supported"],
  ["embedding-model", "This model cannot be benchmarked"],
])("the response %s has the title “%s” and the service's reason", (name, title) => {
  const response = infeasible(name);
  renderBanner(response);
  expect(screen.getByRole("heading")).toHaveTextContent(title);
  expect(screen.getByRole("region")).toHaveTextContent(response.explanation.reason.replaceAll("`", ""));
});

test("the changes with which the native precision starts come below the options", () => {
  renderBanner(golden("fits-with-two-changes"));
  expect(
    screen.getByRole("list", { name: "Or keep the native precision and change two arguments of vLLM" }),
  ).toBeVisible();
  expect(optionNames()).toHaveLength(2);
});

test("there is nothing to keep where no quantization is an option", () => {
  const { alternatives, ...response } = feasible("fits-with-two-changes");
  renderBanner({ ...response, alternatives: { ...alternatives, quantization_option: undefined } });
  expect(screen.getByRole("list", { name: "Or change two arguments of vLLM" })).toBeVisible();
});
