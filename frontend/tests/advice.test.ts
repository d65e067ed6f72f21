import { expect, test } from "vitest";

import { adviceOf } from "../src/advice";
import { valuesOf } from "../src/configuration";
import type { FieldName, WarningCode } from "../src/types";
import { feasible } from "./support/golden";

/** The field that the first warning of an answer stands at, a person having changed `changed`. */
function fieldOf(name: string, ...changed: FieldName[]): string | undefined {
  const answer = feasible(name);
  const { fields } = adviceOf(answer, valuesOf(answer), changed);
  return Object.keys(fields).find((field) =>
    fields[field as FieldName]?.warnings.includes(answer.warnings[0] ?? ""),
  );
}

test.each([
  ["asked-for-tp-beyond-the-gpus", "tensor_parallel_degree"],
  ["asked-for-tp-that-is-refused", "tensor_parallel_degree"],
  ["asked-for-tp", "tensor_parallel_degree"],
  ["asked-for-native-that-does-not-fit", "quantization"],
  ["asked-for-context-beyond-the-limit", "max_model_len"],
  ["asked-for-context-beyond-the-cache", "max_model_len"],
  ["asked-for-workload-beyond-the-context", "max_model_len"],
  ["asked-for-concurrency", "concurrency"],
  ["asked-for-fp8", "quantization"],
  ["asked-for-int8-on-blackwell", "quantization"],
  ["asked-for-int4", "quantization"],
  ["asked-for-quantization-of-a-quantized-checkpoint", "quantization"],
] as const)("the warning of %s stands at %s, which was changed", (name, field) => {
  expect(fieldOf(name, field)).toBe(field);
});

test("a warning that several fields may cause stands at the first that was changed", () => {
  const name = "asked-for-workload-beyond-the-context";
  expect(fieldOf(name, "input_sequence_length", "max_model_len")).toBe("input_sequence_length");
  expect(fieldOf(name, "max_model_len", "output_sequence_length")).toBe("output_sequence_length");
});

test("a warning whose fields nobody changed is a general one", () => {
  const answer = feasible("asked-for-fp8");
  const { fields, general } = adviceOf(answer, valuesOf(answer), []);
  expect(fields).toEqual({});
  expect(general).toEqual(answer.warnings);
});

test("a warning about the instance is a general one whatever was changed", () => {
  const answer = feasible("asked-for-fp8");
  const { general } = adviceOf(answer, valuesOf(answer), ["quantization"]);
  expect(general).toEqual([answer.warnings[1]]);
});

test("a warning with a code that is not known is a general one", () => {
  const answer = { ...feasible("asked-for-tp"), warning_codes: ["of_tomorrow" as WarningCode] };
  expect(adviceOf(answer, valuesOf(answer), ["tensor_parallel_degree"]).general).toEqual(
    answer.warnings.slice(0),
  );
});

test("fields left alone learn what follows from those that were changed", () => {
  const values = { ...valuesOf(feasible("fits-all-gpus")), tensor_parallel_degree: 2, max_model_len: 100 };
  const { fields } = adviceOf(feasible("asked-for-tp"), values, ["tensor_parallel_degree"]);
  expect(fields.max_model_len).toEqual({ warnings: [], follows: feasible("asked-for-tp").max_model_len });
  expect(fields.quantization).toBeUndefined();
});

test("nothing follows where vLLM would not start, or where nothing was changed", () => {
  const answer = feasible("asked-for-native-that-does-not-fit");
  const values = { ...valuesOf(answer), concurrency: 15 };
  expect(adviceOf(answer, values, ["quantization"]).fields.concurrency).toBeUndefined();
  const fits = feasible("fits-one-gpu");
  expect(adviceOf(fits, { concurrency: 1 }, []).fields).toEqual({});
});

test("the degrees to choose from are the service's", () => {
  expect(adviceOf(feasible("fits-all-gpus"), {}, []).tpOptions).toEqual([1, 2, 4]);
});
