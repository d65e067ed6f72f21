import { expect, test } from "vitest";

import { benchmarkRequest, EMPTY_FORM } from "../../src/run/benchmarkForm";

test("empty fields are null in the request", () => {
  expect(benchmarkRequest({ ...EMPTY_FORM, model: "org/model", instanceType: "g5.xlarge" })).toEqual({
    model: "org/model",
    instance_type: "g5.xlarge",
    framework: "vllm",
    tensor_parallel_degree: null,
    quantization: null,
    concurrency: null,
    max_model_len: null,
    input_sequence_length: null,
    output_sequence_length: null,
    dataset: "sharegpt",
  });
});
