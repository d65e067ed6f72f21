import { execFileSync } from "node:child_process";

import { expect, test } from "vitest";

import { needsCheckpoint, serveCommand } from "../src/command";
import { feasible } from "./support/golden";

test("the command serves the model with one option a line", () => {
  expect(serveCommand(feasible("fits-one-gpu"), "org/model").split("\n")).toEqual([
    "vllm serve org/model \\",
    "    --tensor-parallel-size 1 \\",
    "    --max-model-len 32768 \\",
    "    --gpu-memory-utilization 0.9 \\",
    "    --max-num-seqs 256 \\",
    "    --max-num-batched-tokens 2048",
  ]);
});

test("where a checkpoint has to be prepared the command serves the first, with its own options", () => {
  const answer = feasible("quantized-beforehand");
  const [first] = answer.checkpoints ?? [];
  expect(needsCheckpoint(answer)).toBe(true);
  const command = serveCommand(answer, "meta-llama/Llama-3.1-8B-Instruct");
  expect(command).toContain(`vllm serve ${first?.model ?? "?"} \\`);
  expect(command).not.toContain("meta-llama");
});

test("without a known checkpoint the command says what has to be put in its place", () => {
  const answer = { ...feasible("quantized-beforehand"), checkpoints: undefined };
  expect(serveCommand(answer, "org/model")).toContain("vllm serve '<org/model in int8>' \\");
});

test("a shell reads every word as it is meant", () => {
  const odd = ["--a", "it's $HOME", "--json", '{"k": [1]}', "--empty", ""];
  const command = serveCommand({ ...feasible("fits-one-gpu"), vllm_args: odd }, "org/model");
  const printed = execFileSync("sh", ["-c", command.replace("vllm serve", "printf '%s\\n'")], {
    encoding: "utf8",
  });
  expect(printed).toBe(["org/model", ...odd, ""].join("\n"));
});
