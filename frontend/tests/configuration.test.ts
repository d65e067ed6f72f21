import { expect, test } from "vitest";

import { changedFields, holds, overridesOf, valuesOf } from "../src/configuration";
import { feasible } from "./support/golden";

const recommended = valuesOf(feasible("fits-one-gpu"));

test("the values are those of the form and nothing else", () => {
  expect(recommended).toEqual({
    tensor_parallel_degree: 1,
    quantization: null,
    max_model_len: 32768,
    concurrency: 55,
    input_sequence_length: 512,
    output_sequence_length: 256,
  });
});

test("a field is changed where it holds something else, and not where it is empty", () => {
  expect(changedFields(recommended, recommended)).toEqual([]);
  expect(changedFields({ ...recommended, concurrency: 60 }, recommended)).toEqual(["concurrency"]);
  expect(changedFields({ ...recommended, concurrency: undefined }, recommended)).toEqual([]);
});

test("no quantization is a change where one was recommended", () => {
  const quantized = valuesOf(feasible("quantized-at-load"));
  expect(changedFields({ ...quantized, quantization: null }, quantized)).toEqual(["quantization"]);
});

test("the service's query has its own names for two of the fields", () => {
  const values = { ...recommended, tensor_parallel_degree: 2 };
  expect(overridesOf(values, ["tensor_parallel_degree", "quantization"])).toEqual({
    tp: 2,
    quantization: "none",
  });
  expect(overridesOf({ quantization: "fp8" }, ["quantization"])).toEqual({ quantization: "fp8" });
});

test("fields that nobody changed are not sent", () => {
  expect(overridesOf(recommended, [])).toEqual({});
  expect(overridesOf(recommended, ["concurrency"])).toEqual({ concurrency: 55 });
});

test("the form holds a configuration where every field does", () => {
  expect(holds(recommended, recommended)).toBe(true);
  expect(holds({ ...recommended, concurrency: 1 }, recommended)).toBe(false);
});
