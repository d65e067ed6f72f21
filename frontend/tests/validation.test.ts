import { expect, test } from "vitest";

import { invalidFields } from "../src/validation";

test.each([-5, 0, 1.5, NaN, 1e300])("%d is not a number of tokens, requests or GPUs", (value) => {
  expect(invalidFields({ max_model_len: value, concurrency: 1 })).toEqual({
    max_model_len: "Enter a whole number of at least 1.",
  });
});

test.each([-0.1, 0, 1.01])("%d is not a share of the memory", (value) => {
  expect(invalidFields({ gpu_memory_utilization: value })).toEqual({
    gpu_memory_utilization: "Enter a number above 0 and at most 1.",
  });
});

test("empty fields, other values and positive numbers are valid", () => {
  const values = {
    quantization: null,
    kv_cache_dtype: "auto",
    enforce_eager: false,
    max_model_len: undefined,
  } as const;
  expect(invalidFields({ ...values, concurrency: 1, gpu_memory_utilization: 0.95 })).toEqual({});
});
