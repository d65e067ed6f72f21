import { screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";

import {
  fillSelection,
  instanceField,
  modelField,
  openFilledPage,
  openPage,
  previewedRequest,
  runButton,
} from "../support/runPage";

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

test("a link with a model and an instance type requests a configuration at once", async () => {
  history.replaceState(null, "", "/?model=org/model&instance_type=g5.12xlarge");
  const requests = await openPage();
  history.replaceState(null, "", "/");
  expect(await screen.findByText("Recommended Configuration")).toBeVisible();
  expect(screen.getByLabelText("Max Model Length")).toHaveValue(32768);
  expect(requests.filter(({ path }) => path === "/api/v1/recommend").map(({ query }) => query)).toEqual([
    { model: "org/model", instance_type: "g5.12xlarge" },
  ]);
});

test("a link with values fills the form with the configuration for them", async () => {
  history.replaceState(null, "", "/?model=org/model&instance_type=g5.12xlarge&tp=2");
  const requests = await openPage();
  history.replaceState(null, "", "/");
  expect(await screen.findByText("Your Configuration")).toBeVisible();
  expect(screen.getByLabelText("Tensor Parallel")).toHaveValue("2");
  expect(screen.getByLabelText("Max Model Length")).toHaveValue(32768);
  const sent = requests.filter(({ path }) => path === "/api/v1/recommend").map(({ query }) => query);
  expect(sent.slice(0, 2)).toEqual([
    { model: "org/model", instance_type: "g5.12xlarge" },
    { model: "org/model", instance_type: "g5.12xlarge", tp: "2" },
  ]);
});

test("Enter in the model requests a configuration, and without an instance type moves on to it", async () => {
  await openPage();
  await userEvent.type(modelField(), "org/model{Enter}");
  expect(instanceField()).toHaveFocus();
  await userEvent.selectOptions(instanceField(), "g5.12xlarge");
  await userEvent.type(modelField(), "{Enter}");
  expect(await screen.findByText("Recommended Configuration")).toBeVisible();
  expect(screen.getByRole("region", { name: "Request preview" })).toBeEmptyDOMElement();
});

test("changing the instance type marks the values as made for the previous one", async () => {
  await openFilledPage();
  const notice = "These values are for org/model on g5.12xlarge. Select Suggest Config to update them.";
  await userEvent.selectOptions(instanceField(), "g5.xlarge");
  expect(screen.getByRole("region", { name: "Parameters" })).toHaveAccessibleDescription(notice);
  await userEvent.selectOptions(instanceField(), "g5.12xlarge");
  expect(screen.queryByText(notice)).toBeNull();
});

test("a number that is not positive is marked, and the focus moves to it instead of a preview", async () => {
  await openFilledPage();
  const length = screen.getByLabelText("Max Model Length");
  await userEvent.clear(length);
  await userEvent.type(length, "-5");
  expect(length).toBeInvalid();
  expect(length).toHaveAccessibleDescription(/Enter a whole number of at least 1\./);
  await userEvent.click(runButton());
  expect(length).toHaveFocus();
  expect(screen.getByRole("region", { name: "Request preview" })).toBeEmptyDOMElement();
});

test("a button leads to the result below the form", async () => {
  await openFilledPage();
  await userEvent.click(screen.getByRole("button", { name: "See why" }));
  expect(screen.getByRole("region", { name: "Suggested configuration" })).toHaveFocus();
});

test("changing the form removes the preview", async () => {
  await openPage();
  await fillSelection("g5.xlarge");
  await userEvent.click(runButton());
  expect(previewedRequest()).toMatchObject({ instance_type: "g5.xlarge" });
  await userEvent.selectOptions(screen.getByLabelText("Dataset"), "sonnet");
  expect(screen.getByRole("region", { name: "Request preview" })).toBeEmptyDOMElement();
});
