import { expect, test } from "vitest";

import { COLUMNS } from "../../src/compare/columns";
import { NO_FILTERS } from "../../src/compare/filters";
import { parseState, runUrl, stateUrl, type CompareState } from "../../src/compare/query";
import type { Workload } from "../../src/compare/workload";

const NO_WORKLOAD: Workload = { values: {}, vllmVersion: "" };
const WORKLOAD: Workload = {
  values: {
    input_sequence_length: 4000,
    output_sequence_length: 500,
    max_model_len: 8192,
    quantization: null,
    kv_cache_dtype: "fp8",
  },
  vllmVersion: "0.19.0",
};

const queryOf = (state: CompareState) => stateUrl(state).replace(/^compare/, "");

test("the URL of a model alone is short and readable", () => {
  expect(
    stateUrl({ model: "Qwen/Qwen3-8B", workload: NO_WORKLOAD, sort: undefined, filters: NO_FILTERS }),
  ).toBe("compare?model=Qwen/Qwen3-8B");
});

test("a state survives its URL", () => {
  const filters = { gpu: "RTX PRO 4500", isNativeOnly: true, maxUsdPerHour: "4.5", minContext: "8192" };
  for (const { name } of COLUMNS) {
    for (const isDescending of [true, false]) {
      const sort = { column: name, isDescending };
      const state = { model: "org/model & more", workload: WORKLOAD, sort, filters };
      expect(parseState(queryOf(state))).toEqual(state);
    }
  }
});

test("an empty query is an empty state", () => {
  expect(parseState("")).toEqual({ model: "", workload: NO_WORKLOAD, sort: undefined, filters: NO_FILTERS });
  expect(stateUrl(parseState(""))).toBe("compare");
});

test("what the page does not know is ignored", () => {
  const state = parseState(
    "?model=gpt2&sort=-color&native_only=yes&other=1&tp=2&quantization=fp7&max_model_len=-1",
  );
  expect(state).toEqual({ model: "gpt2", workload: NO_WORKLOAD, sort: undefined, filters: NO_FILTERS });
});

test("an instance opens on the Run page with the model and the workload", () => {
  const model = "Qwen/Qwen3-8B";
  expect(runUrl({ model, workload: NO_WORKLOAD }, "g5.xlarge")).toBe(
    "./?model=Qwen/Qwen3-8B&instance_type=g5.xlarge",
  );
  expect(runUrl({ model, workload: WORKLOAD }, "g5.xlarge")).toBe(
    "./?model=Qwen/Qwen3-8B&instance_type=g5.xlarge&max_model_len=8192" +
      "&input_sequence_length=4000&output_sequence_length=500&kv_cache_dtype=fp8&quantization=none&vllm_version=0.19.0",
  );
});
