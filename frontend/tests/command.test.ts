import { execFileSync } from "node:child_process";

import { expect, test } from "vitest";

import { commandWith, needsPreQuantizedCheckpoint, serveCommand } from "../src/command";
import { feasible } from "./support/golden";

test("the command serves the model, with one option per line", () => {
  expect(serveCommand(feasible("fits-one-gpu"), "org/model")?.split("\n")).toEqual([
    "vllm serve org/model \\",
    "    --tensor-parallel-size 1 \\",
    "    --max-model-len 32768 \\",
    "    --gpu-memory-utilization 0.9 \\",
    "    --max-num-seqs 256 \\",
    "    --max-num-batched-tokens 2048",
  ]);
});

test("if a pre-quantized checkpoint is needed, there is no command until one is selected", () => {
  const response = feasible("pre-quantized");
  expect(needsPreQuantizedCheckpoint(response)).toBe(true);
  expect(serveCommand(response, "meta-llama/Llama-3.1-8B-Instruct")).toBeUndefined();
});

test("a shell splits the command into the intended words", () => {
  const args = ["--a", "it's $HOME", "--json", '{"k": [1]}', "--empty", ""];
  const command = commandWith(args, "org/model");
  const printed = execFileSync("sh", ["-c", command.replace("vllm serve", "printf '%s\\n'")], {
    encoding: "utf8",
  });
  expect(printed).toBe(["org/model", ...args, ""].join("\n"));
});
