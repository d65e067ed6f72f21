import { screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";

import { fillSelection, openFilledPage, openPage, previewedRequest, runButton } from "../support/runPage";

test("the form cannot be submitted without a model and an instance type", async () => {
  await openPage();
  expect(runButton()).toBeDisabled();
});

test("the preview has the seven parameters and not the token", async () => {
  await openFilledPage();
  await userEvent.clear(screen.getByLabelText("Input Length"));
  await userEvent.type(screen.getByLabelText("Input Length"), "1024");
  await userEvent.selectOptions(screen.getByLabelText("Quantization"), "fp8");
  await userEvent.selectOptions(screen.getByLabelText("Dataset"), "sonnet");
  await userEvent.click(runButton());
  expect(previewedRequest()).toEqual({
    model: "org/model",
    instance_type: "g5.12xlarge",
    framework: "vllm",
    tensor_parallel_degree: 4,
    quantization: "fp8",
    concurrency: 64,
    max_model_len: 32768,
    input_sequence_length: 1024,
    output_sequence_length: 256,
    dataset: "sonnet",
  });
  expect(document.body).not.toHaveTextContent("hf_secret");
});

test("changing the form removes the preview", async () => {
  await openPage();
  await fillSelection("g5.xlarge");
  await userEvent.click(runButton());
  expect(previewedRequest()).toMatchObject({ instance_type: "g5.xlarge" });
  await userEvent.selectOptions(screen.getByLabelText("Dataset"), "sonnet");
  expect(screen.getByRole("region", { name: "Request preview" })).toBeEmptyDOMElement();
});
