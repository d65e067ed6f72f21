import { expect, test } from "vitest";

import type { FieldValue } from "../src";
import {
  formatAccelerators,
  formatDtype,
  formatGib,
  formatPrice,
  formatValue,
  modelDetails,
} from "../src/format";

const UNKNOWN_MODEL = {
  parameter_count: null,
  native_dtype: null,
  max_position_embeddings: null,
  architecture: null,
};

test("formatGib always shows one decimal and separates thousands", () => {
  expect([formatGib(2), formatGib(0.04), formatGib(1234.56)]).toEqual(["2.0 GiB", "0.0 GiB", "1,234.6 GiB"]);
});

test("formatAccelerators shows the count, the name and the total memory", () => {
  const g5 = { accelerator_count: 4, accelerator_name: "A10G", accelerator_memory_gib: 96 };
  expect(formatAccelerators(g5)).toBe("4 × A10G, 96 GiB");
  expect(formatAccelerators({ ...g5, accelerator_memory_gib: 22.4 })).toBe("4 × A10G, 22.4 GiB");
});

test("modelDetails leaves out what is unknown", () => {
  expect(modelDetails(UNKNOWN_MODEL)).toEqual([]);
  expect(
    modelDetails({ ...UNKNOWN_MODEL, parameter_count: 7_248_023_552, native_dtype: "bfloat16" }),
  ).toEqual(["7.2B params", "BF16"]);
  expect(modelDetails({ ...UNKNOWN_MODEL, native_dtype: "bfloat16", quantization: "mxfp4" })).toEqual([
    "MXFP4",
  ]);
  expect(modelDetails({ ...UNKNOWN_MODEL, parameter_count: 335_142_400 })).toEqual(["335.1M params"]);
});

test("formatDtype uses the short names of the usual dtypes", () => {
  expect(["bfloat16", "float16", "float32", "float64"].map(formatDtype)).toEqual([
    "BF16",
    "FP16",
    "FP32",
    "float64",
  ]);
});

test("formatValue formats the values of all fields", () => {
  expect(
    [32768, 0.95, null, "int8", "auto", "fp8_e4m3", true, false].map((value) =>
      formatValue(value as FieldValue),
    ),
  ).toEqual(["32,768", "0.95", "None", "INT8", "Auto", "FP8 E4M3", "Yes", "No"]);
});

test("formatPrice shows dollars per hour and the region", () => {
  expect(formatPrice(1.006)).toBe("$1.01/hour");
  expect(formatPrice(3.2, "us-east-1")).toBe("$3.20/hour in us-east-1");
});
