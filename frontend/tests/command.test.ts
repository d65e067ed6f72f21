import { execFileSync } from "node:child_process";

import { expect, test } from "vitest";

import { commandWith, needsPreQuantizedCheckpoint } from "../src/command";
import { feasible } from "./support/golden";

test("the command serves the model, with one option per line", () => {
  expect(commandWith(feasible("fits-one-gpu").vllm_args, "org/model").split("\n")).toEqual([
    "vllm serve org/model \\",
    "    --tensor-parallel-size 1 \\",
    "    --max-model-len 32768 \\",
    "    --gpu-memory-utilization 0.9 \\",
    "    --max-num-seqs 256 \\",
    "    --max-num-batched-tokens 2048",
  ]);
});

test("a warning says whether a pre-quantized checkpoint is needed", () => {
  expect(needsPreQuantizedCheckpoint(feasible("pre-quantized"))).toBe(true);
  expect(needsPreQuantizedCheckpoint(feasible("fits-one-gpu"))).toBe(false);
});

test("a shell splits the command into the intended words", () => {
  const args = ["--a", "it's $HOME", "--json", '{"k": [1]}', "--empty", ""];
  const command = commandWith(args, "org/model");
  const printed = execFileSync("sh", ["-c", command.replace("vllm serve", "printf '%s\\n'")], {
    encoding: "utf8",
  });
  expect(printed).toBe(["org/model", ...args, ""].join("\n"));
});
