import { expect, test } from "vitest";

import { gibText, hardwareText, modelFacts, priceText, valueText } from "../src/format";

const model = {
  parameter_count: null,
  native_dtype: null,
  max_position_embeddings: null,
  architecture: null,
};

test("figures below each other have one decimal always, and thousands a comma", () => {
  expect([gibText(2), gibText(0.04), gibText(1234.56)]).toEqual(["2.0 GiB", "0.0 GiB", "1,234.6 GiB"]);
});

test("an instance is named by its GPUs and all of their memory", () => {
  const g5 = { accelerator_count: 4, accelerator_name: "A10G", accelerator_memory_gib: 96 };
  expect(hardwareText(g5)).toBe("4 × A10G, 96 GiB");
  expect(hardwareText({ ...g5, accelerator_memory_gib: 22.4 })).toBe("4 × A10G, 22.4 GiB");
});

test("a model is described by what is known of it", () => {
  expect(modelFacts(model)).toEqual([]);
  expect(modelFacts({ ...model, parameter_count: 7_248_023_552, native_dtype: "bfloat16" })).toEqual([
    "7.2 B parameters",
    "bfloat16",
  ]);
  expect(modelFacts({ ...model, parameter_count: 335_142_400 })).toEqual(["335.1 M parameters"]);
});

test("the form's values are words", () => {
  expect([valueText(32768), valueText(null), valueText("int8")]).toEqual(["32,768", "None", "INT8"]);
});

test("a price is in dollars an hour, in the region that it holds for", () => {
  expect(priceText(1.006)).toBe("$1.01 an hour");
  expect(priceText(3.2, "us-east-1")).toBe("$3.20 an hour in us-east-1");
});
