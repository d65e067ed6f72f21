import { useRef } from "react";

import { serveCommand } from "../command";
import type { Checkpoint, FeasibleResponse } from "../types";
import { useCopy } from "../useCopy";
import { MUTED, SECONDARY_BUTTON, SUBHEADING } from "./styles";

const BUTTON_TEXT = { idle: "Copy", copied: "Copied", failed: "Selected" } as const;

const STATUS_TEXT = {
  idle: "",
  copied: "Command copied.",
  failed: "Copying is not allowed here. The command is selected: copy it with your keyboard.",
} as const;

interface ServeCommandProps {
  response: FeasibleResponse;
  model: string;
  /** Whether the command is about to change. It cannot be copied meanwhile. */
  isUpdating?: boolean;
}

/** The `vllm serve` command with a copy button. */
export function ServeCommand({ response, model, isUpdating = false }: ServeCommandProps) {
  const code = useRef<HTMLElement>(null);
  const { state, copy } = useCopy(code);
  const command = serveCommand(response, model);
  if (command === undefined) {
    return (
      <div>
        <h3 className={SUBHEADING}>Command</h3>
        <p className={`mt-1 text-sm ${MUTED}`}>{missingCheckpoint(response.checkpoints)}</p>
      </div>
    );
  }
  return (
    <div>
      <div className="flex items-center justify-between gap-4">
        <h3 className={SUBHEADING}>Command</h3>
        <button type="button" onClick={copy} disabled={isUpdating} className={SECONDARY_BUTTON}>
          {BUTTON_TEXT[state]}
          {state === "idle" && <span className="sr-only"> command</span>}
        </button>
      </div>
      <pre className="mt-2 rounded-lg bg-slate-100 p-3 font-mono text-xs leading-5 break-words whitespace-pre-wrap text-slate-800 dark:bg-slate-950 dark:text-slate-200">
        <code ref={code}>{command}</code>
      </pre>
      <p role="status" className="sr-only">
        {STATUS_TEXT[state]}
      </p>
    </div>
  );
}

/** Why there is no command yet. */
function missingCheckpoint(checkpoints: Checkpoint[] | undefined): string {
  return checkpoints && checkpoints.length > 0
    ? "Select a pre-quantized checkpoint to get its command."
    : "This quantization needs a pre-quantized checkpoint, and none is known.";
}
