import { expect, test } from "vitest";

import { workloadText } from "../../src/compare/workload";

test("the text has the default lengths, and every other value that is fixed", () => {
  expect(workloadText({ values: {}, vllmVersion: "" })).toBe("Requests of 512 input and 256 output tokens");
  expect(
    workloadText({
      values: {
        input_sequence_length: 4000,
        max_model_len: 8192,
        quantization: "fp8",
        kv_cache_dtype: "fp8_e5m2",
      },
      vllmVersion: "0.19.0",
    }),
  ).toBe(
    "Requests of 4,000 input and 256 output tokens, a context of 8,192 tokens, weights in FP8," +
      " a KV cache in FP8 E5M2, vLLM 0.19.0",
  );
  expect(workloadText({ values: { quantization: null }, vllmVersion: "" })).toMatch(/, no quantization$/);
});
