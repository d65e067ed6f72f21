/** The `vllm serve` command of an answer. */

import type { Feasible } from "./types";

/** What to paste into a shell, one option a line. */
export function serveCommand(answer: Feasible, model: string): string {
  const served = whatIsServed(answer, model);
  const options = served.args.map(quoted).join(" ").replaceAll(" --", " \\\n    --");
  return `vllm serve ${quoted(served.model)} \\\n    ${options}`;
}

/** Whether a checkpoint prepared beforehand has to be served in the model's place. */
export function needsCheckpoint(answer: Feasible): boolean {
  return answer.warning_codes.includes("needs_prepared_checkpoint");
}

function whatIsServed(answer: Feasible, model: string): { model: string; args: string[] } {
  if (!needsCheckpoint(answer)) {
    return { model, args: answer.vllm_args };
  }
  const first = answer.checkpoints?.[0];
  return first === undefined
    ? { model: `<${model} in ${answer.quantization ?? "none"}>`, args: answer.vllm_args }
    : { model: first.model, args: first.vllm_args };
}

/** As Python's `shlex.quote` does it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
