import { describe, expect, test } from "vitest";

import { changedFields, configValues, matchesConfig, toOverrides, updatedValues } from "../src/configuration";
import { isFeasible } from "../src/types";
import { feasible, recorded } from "./support/golden";

const fitting = feasible("fits-one-gpu");
const recommended = configValues(fitting);

test("configValues picks the form values of a response", () => {
  expect(recommended).toEqual({
    tensor_parallel_degree: 1,
    quantization: null,
    max_model_len: 32768,
    concurrency: fitting.concurrency,
    input_sequence_length: 512,
    output_sequence_length: 256,
    kv_cache_dtype: "auto",
    gpu_memory_utilization: 0.9,
    max_num_seqs: 256,
    max_num_batched_tokens: 2048,
    enforce_eager: false,
  });
});

describe("changedFields", () => {
  test("lists the fields that differ from the recommendation, except empty ones", () => {
    expect(changedFields(recommended, recommended)).toEqual([]);
    expect(changedFields({ ...recommended, concurrency: 60 }, recommended)).toEqual(["concurrency"]);
    expect(changedFields({ ...recommended, concurrency: undefined }, recommended)).toEqual([]);
  });

  test("lists quantization if a recommended quantization was changed to none", () => {
    const quantized = configValues(feasible("quantized-at-load"));
    expect(changedFields({ ...quantized, quantization: null }, quantized)).toEqual(["quantization"]);
  });
});

describe("toOverrides", () => {
  test("uses the API's names for the tensor parallel degree and for no quantization", () => {
    const values = { ...recommended, tensor_parallel_degree: 2 };
    expect(toOverrides(values, ["tensor_parallel_degree", "quantization"])).toEqual({
      tp: 2,
      quantization: "none",
    });
    expect(toOverrides({ quantization: "fp8" }, ["quantization"])).toEqual({ quantization: "fp8" });
  });

  test("spells out whether eager mode is enforced", () => {
    expect(toOverrides({ enforce_eager: true }, ["enforce_eager"])).toEqual({ enforce_eager: "true" });
    expect(toOverrides({ enforce_eager: false }, ["enforce_eager"])).toEqual({ enforce_eager: "false" });
  });

  test("leaves out all other fields", () => {
    expect(toOverrides(recommended, [])).toEqual({});
    expect(toOverrides(recommended, ["concurrency"])).toEqual({ concurrency: fitting.concurrency });
  });
});

describe("updatedValues", () => {
  const response = feasible("asked-for-tp");

  test("has the recommended value of an unchanged field that differs from the form", () => {
    const values = { ...configValues(response), tensor_parallel_degree: 2, max_model_len: 100 };
    expect(updatedValues(response, values, ["tensor_parallel_degree"])).toEqual({
      max_model_len: response.max_model_len,
    });
  });

  test("leaves out changed and empty fields", () => {
    const values = { ...configValues(response), max_model_len: 100, concurrency: undefined };
    expect(updatedValues(response, values, ["max_model_len"])).toEqual({});
  });

  test("is empty if vLLM would not start", () => {
    const doesNotStart = feasible("asked-for-native-that-does-not-fit");
    const values = { ...configValues(doesNotStart), concurrency: 15 };
    expect(updatedValues(doesNotStart, values, ["quantization"])).toEqual({});
  });
});

test("matchesConfig is true only if every field has the same value", () => {
  expect(matchesConfig(recommended, fitting)).toBe(true);
  expect(matchesConfig({ ...recommended, concurrency: 1 }, fitting)).toBe(false);
  expect(matchesConfig({ ...recommended, kv_cache_dtype: "fp8" }, fitting)).toBe(false);
});

test("the values of every recorded configuration fill the form without a difference to it", () => {
  const responses = recorded().filter(isFeasible);
  expect(responses.length).toBeGreaterThan(20);
  for (const response of responses) {
    expect(changedFields(configValues(response), configValues(response))).toEqual([]);
    expect(matchesConfig(configValues(response), response)).toBe(true);
  }
});
