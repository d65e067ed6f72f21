/** The `vllm serve` command for a response. */

import type { FeasibleResponse } from "./types";

/** A shell command with one option per line. */
export function serveCommand(response: FeasibleResponse, model: string): string {
  const served = servedModel(response, model);
  const options = served.args.map(shellQuote).join(" ").replaceAll(" --", " \\\n    --");
  return `vllm serve ${shellQuote(served.model)} \\\n    ${options}`;
}

/** Whether a pre-quantized checkpoint has to be served instead of the model. */
export function needsPreQuantizedCheckpoint(response: FeasibleResponse): boolean {
  return response.warning_codes.includes("needs_prepared_checkpoint");
}

function servedModel(response: FeasibleResponse, model: string): { model: string; args: string[] } {
  if (!needsPreQuantizedCheckpoint(response)) {
    return { model, args: response.vllm_args };
  }
  const checkpoint = response.checkpoints?.[0];
  return checkpoint === undefined
    ? { model: `<${model} in ${response.quantization ?? "none"}>`, args: response.vllm_args }
    : { model: checkpoint.model, args: checkpoint.vllm_args };
}

/** Quote a word like Python's `shlex.quote`. */
function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
