import { expect, test } from "vitest";

import { COLUMNS } from "../../src/compare/columns";
import { NO_FILTERS } from "../../src/compare/filters";
import { parseState, runUrl, stateUrl, type CompareState } from "../../src/compare/query";

const queryOf = (state: CompareState) => stateUrl(state).replace(/^compare/, "");

test("the URL of a model alone is short and readable", () => {
  expect(stateUrl({ model: "Qwen/Qwen3-8B", sort: undefined, filters: NO_FILTERS })).toBe(
    "compare?model=Qwen/Qwen3-8B",
  );
});

test("a state survives its URL", () => {
  const filters = { gpu: "RTX PRO 4500", isNativeOnly: true, maxUsdPerHour: "4.5", minContext: "8192" };
  for (const { name } of COLUMNS) {
    for (const isDescending of [true, false]) {
      const state = { model: "org/model & more", sort: { column: name, isDescending }, filters };
      expect(parseState(queryOf(state))).toEqual(state);
    }
  }
});

test("an empty query is an empty state", () => {
  expect(parseState("")).toEqual({ model: "", sort: undefined, filters: NO_FILTERS });
  expect(stateUrl(parseState(""))).toBe("compare");
});

test("what the page does not know is ignored", () => {
  const state = parseState("?model=gpt2&sort=-color&native_only=yes&other=1");
  expect(state).toEqual({ model: "gpt2", sort: undefined, filters: NO_FILTERS });
});

test("an instance opens on the Run page with the model", () => {
  expect(runUrl("Qwen/Qwen3-8B", "g5.xlarge")).toBe("./?model=Qwen/Qwen3-8B&instance_type=g5.xlarge");
});
