/** The `vllm serve` command for a response. */

import type { FeasibleResponse } from "./types";

/**
 * A shell command with one option per line.
 *
 * `undefined` if a pre-quantized checkpoint has to be served: the command, and what fits, depend on which.
 */
export function serveCommand(response: FeasibleResponse, model: string): string | undefined {
  return needsPreQuantizedCheckpoint(response) ? undefined : commandWith(response.vllm_args, model);
}

/** The command that serves `model` with these arguments. */
export function commandWith(args: readonly string[], model: string): string {
  const options = args.map(shellQuote).join(" ").replaceAll(" --", " \\\n    --");
  return `vllm serve ${shellQuote(model)} \\\n    ${options}`;
}

/** Whether a pre-quantized checkpoint has to be served instead of the model. */
export function needsPreQuantizedCheckpoint(response: FeasibleResponse): boolean {
  return response.warning_codes.includes("needs_prepared_checkpoint");
}

/** Quote a word like Python's `shlex.quote`. */
function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
