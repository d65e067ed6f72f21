import { expect, test } from "vitest";

import {
  formatPrecision,
  formatRequests,
  formatUsdPerRequest,
  hasPrices,
  priceSource,
  remarks,
} from "../../src/compare/comparison";
import type { ModelInfo } from "../../src/types";
import { COMPARISON, feasibleRow, infeasibleRow } from "../support/comparison";

const model = (native_dtype: string | null): ModelInfo => ({
  native_dtype,
  parameter_count: 1,
  max_position_embeddings: 1,
  architecture: null,
});

test.each([
  ["bfloat16", "BF16"],
  ["float16", "FP16"],
  [null, "Native"],
])("the native precision of %s is %s", (dtype, expected) => {
  expect(formatPrecision(feasibleRow("g5.xlarge"), model(dtype))).toBe(expected);
});

test("the precision is the one that vLLM runs the model in", () => {
  const precisionOf = (changes: Parameters<typeof feasibleRow>[1]) =>
    formatPrecision(feasibleRow("g4dn.xlarge", changes), model("bfloat16"));
  expect(precisionOf({ quantization: "int4" })).toBe("INT4");
  expect(precisionOf({ warning_codes: ["runs_in_fp16"] })).toBe("FP16");
  expect(precisionOf({ warning_codes: ["runs_in_fp32"] })).toBe("FP32");
});

test("prices have their region and day", () => {
  expect(priceSource(COMPARISON.instances)).toBe("On-demand Linux prices in us-east-1 on November 20, 2026");
  expect(priceSource([feasibleRow("g5.xlarge", { usd_per_hour: 1, price_region: "eu-west-1" })])).toBe(
    "On-demand Linux prices in eu-west-1",
  );
  expect(priceSource([feasibleRow("g5.xlarge"), infeasibleRow("g4dn.xlarge")])).toBeUndefined();
  expect(hasPrices([feasibleRow("g5.xlarge")])).toBe(false);
});

test("remarks are about the instance; warnings that the plan needs are left to the Run page", () => {
  const row = feasibleRow("g5g.xlarge", {
    warning_codes: ["other_processors", "lacks_wheels", "runs_in_fp16"],
  });
  expect(remarks(row)).toBe("Arm processors, not in every vLLM wheel");
});

test("numbers are formatted", () => {
  expect(formatRequests(1)).toBe("1 request at once");
  expect(formatRequests(1234)).toBe("1,234 requests at once");
  expect(formatUsdPerRequest(0.00123)).toBe("$0.0012");
});
