import { screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";

import { defined, feasible, firstWarning, golden } from "../support/golden";
import {
  modelField,
  openFilledPage,
  openPage,
  previewedRequest,
  respondWith,
  runButton,
  suggest,
} from "../support/runPage";

const tensorParallelField = () => screen.getByLabelText("Tensor Parallel");

test("the recommendation fills the parameters and lists the valid tensor parallel degrees", async () => {
  await openFilledPage();
  const degrees = within(tensorParallelField()).getAllByRole("option");
  expect(degrees.map(({ textContent }) => textContent)).toEqual(["Not set", "1", "2", "4"]);
  expect(tensorParallelField()).toHaveValue("4");
  expect(screen.getByLabelText("Quantization")).toHaveValue("");
  expect(screen.getByLabelText("Concurrency")).toHaveValue(64);
  expect(screen.getByLabelText("Max Model Length")).toHaveValue(32768);
  expect(screen.getByLabelText("Input Length")).toHaveValue(512);
  expect(screen.getByLabelText("Output Length")).toHaveValue(256);
  expect(screen.getByLabelText("Dataset")).toHaveValue("sharegpt");
});

test("a changed parameter shows its warning, and the form can still be submitted", async () => {
  await openFilledPage();
  const warning = firstWarning("asked-for-tp");
  await userEvent.selectOptions(tensorParallelField(), "2");
  expect(await screen.findByText(warning)).toBeVisible();
  expect(tensorParallelField()).toHaveAccessibleDescription(warning);
  await userEvent.click(runButton());
  expect(previewedRequest()).toMatchObject({ tensor_parallel_degree: 2 });
});

test("selecting a checkpoint fills the model and the parameters", async () => {
  await openPage(respondWith(() => Response.json(golden("pre-quantized"))));
  const checkpoint = defined(feasible("pre-quantized").checkpoints?.[0]);
  await suggest("g5.xlarge");
  await userEvent.click(await screen.findByRole("button", { name: `Use ${checkpoint.model}` }));
  expect(modelField().value).toBe(checkpoint.model);
  expect(screen.getByLabelText("Quantization")).toHaveValue("int8");
});

test("any tensor parallel degree can be selected before there is a recommendation", async () => {
  await openPage();
  await userEvent.selectOptions(tensorParallelField(), "8");
  expect(tensorParallelField()).toHaveValue("8");
});
