/** The `vllm serve` command. */

import type { FeasibleResponse } from "./types";

/** The shell command that serves `model` with these arguments, one option per line. */
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
