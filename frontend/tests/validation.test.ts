import { expect, test } from "vitest";

import { invalidFields } from "../src/validation";

test.each([-5, 0, 1.5, NaN, 1e300])("%d is not a number of tokens, requests or GPUs", (value) => {
  expect(invalidFields({ max_model_len: value, concurrency: 1 })).toEqual(["max_model_len"]);
});

test("empty fields, quantizations and positive whole numbers are valid", () => {
  expect(invalidFields({ quantization: null, tensor_parallel_degree: 1, max_model_len: undefined })).toEqual(
    [],
  );
});
