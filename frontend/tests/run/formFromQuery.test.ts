import { expect, test } from "vitest";

import { EMPTY_FORM } from "../../src/run/benchmarkForm";
import { formFromQuery } from "../../src/run/formFromQuery";

test("a link fills the model and the instance type", () => {
  expect(formFromQuery("?model=org%2Fname&instance_type=g5.xlarge")).toEqual({
    ...EMPTY_FORM,
    model: "org/name",
    instanceType: "g5.xlarge",
  });
});

test("a link can fix values and the version of vLLM; what the API ignores is left out", () => {
  const query = "?model=gpt2&tp=2&quantization=none&max_model_len=0&enforce_eager=true&kv_cache_dtype=fp9";
  expect(formFromQuery(`${query}&vllm_version=0.19.0&overhead_gib=2`)).toEqual({
    ...EMPTY_FORM,
    model: "gpt2",
    vllmVersion: "0.19.0",
    values: { tensor_parallel_degree: 2, quantization: null, enforce_eager: true },
  });
});

test("without parameters the form is empty", () => {
  expect(formFromQuery("")).toEqual(EMPTY_FORM);
});
