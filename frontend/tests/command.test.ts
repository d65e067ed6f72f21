import { execFileSync } from "node:child_process";

import { expect, test } from "vitest";

import { needsPreQuantizedCheckpoint, serveCommand } from "../src/command";
import { defined, feasible } from "./support/golden";

test("the command serves the model, with one option per line", () => {
  expect(serveCommand(feasible("fits-one-gpu"), "org/model").split("\n")).toEqual([
    "vllm serve org/model \\",
    "    --tensor-parallel-size 1 \\",
    "    --max-model-len 32768 \\",
    "    --gpu-memory-utilization 0.9 \\",
    "    --max-num-seqs 256 \\",
    "    --max-num-batched-tokens 2048",
  ]);
});

test("if a pre-quantized checkpoint is needed, the command serves the first one with its own options", () => {
  const response = feasible("pre-quantized");
  const checkpoint = defined(response.checkpoints?.[0]);
  expect(needsPreQuantizedCheckpoint(response)).toBe(true);
  const command = serveCommand(response, "meta-llama/Llama-3.1-8B-Instruct");
  expect(command).toContain(`vllm serve ${checkpoint.model} \\`);
  expect(command).not.toContain("meta-llama");
});

test("if no pre-quantized checkpoint is known, the command has a placeholder for it", () => {
  const response = { ...feasible("pre-quantized"), checkpoints: undefined };
  expect(serveCommand(response, "org/model")).toContain("vllm serve '<org/model in int8>' \\");
});

test("a shell splits the command into the intended words", () => {
  const args = ["--a", "it's $HOME", "--json", '{"k": [1]}', "--empty", ""];
  const command = serveCommand({ ...feasible("fits-one-gpu"), vllm_args: args }, "org/model");
  const printed = execFileSync("sh", ["-c", command.replace("vllm serve", "printf '%s\\n'")], {
    encoding: "utf8",
  });
  expect(printed).toBe(["org/model", ...args, ""].join("\n"));
});
