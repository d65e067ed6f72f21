import { expect, test } from "vitest";

import { configValues } from "../src/configuration";
import type { FieldName, WarningCode } from "../src/types";
import { groupWarnings } from "../src/warnings";
import { feasible, firstWarning } from "./support/golden";

/** The field that the first warning of a response is shown at. */
function fieldOfFirstWarning(name: string, ...changedFields: FieldName[]): string | undefined {
  const response = feasible(name);
  const { byField } = groupWarnings(response, { values: configValues(response), changed: changedFields });
  return Object.keys(byField).find((field) => byField[field as FieldName]?.includes(firstWarning(name)));
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
] as const)("the warning of %s belongs to the changed field %s", (name, field) => {
  expect(fieldOfFirstWarning(name, field)).toBe(field);
});

test("a warning with several possible causes belongs to the likeliest one that was changed", () => {
  const name = "asked-for-workload-beyond-the-context";
  expect(fieldOfFirstWarning(name, "input_sequence_length", "max_model_len")).toBe("input_sequence_length");
  expect(fieldOfFirstWarning(name, "max_model_len", "output_sequence_length")).toBe("output_sequence_length");
});

test("a warning about the value of an unchanged field is shown there", () => {
  expect(fieldOfFirstWarning("asked-for-context-beyond-the-cache", "tensor_parallel_degree")).toBe(
    "max_model_len",
  );
  expect(fieldOfFirstWarning("asked-for-concurrency", "max_model_len")).toBe("concurrency");
});

test("a warning about an unchanged value stays general if the recommendation has it too", () => {
  const response = feasible("asked-for-fp8");
  const form = { values: configValues(response), changed: ["concurrency"] as const };
  expect(groupWarnings(response, { ...form, known: response.warning_codes }).byField).toEqual({});
});

test("all warnings are general if nothing was changed", () => {
  const response = feasible("asked-for-fp8");
  expect(groupWarnings(response, { values: {}, changed: [] })).toEqual({
    byField: {},
    general: response.warnings,
  });
});

test("a warning about the instance is always general", () => {
  const response = feasible("asked-for-native-that-does-not-fit");
  expect(groupWarnings(response, { values: {}, changed: ["quantization"] }).general).toEqual([
    response.warnings[1],
  ]);
});

test("a warning with an unknown code is general", () => {
  const response = { ...feasible("asked-for-tp"), warning_codes: ["unknown_code" as WarningCode] };
  expect(groupWarnings(response, { values: {}, changed: ["tensor_parallel_degree"] }).general).toEqual(
    response.warnings,
  );
});
