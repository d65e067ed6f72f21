import { serveCommand } from "../command";
import type { Checkpoint, FeasibleResponse } from "../types";
import { CopyableCommand } from "./CopyableCommand";
import { MUTED, SUBHEADING } from "./styles";

interface ServeCommandProps {
  response: FeasibleResponse;
  model: string;
  /** Whether the response is about to be replaced. */
  isUpdating?: boolean;
}

/** The `vllm serve` command of a response, or why there is none. */
export function ServeCommand({ response, model, isUpdating }: ServeCommandProps) {
  const command = serveCommand(response, model);
  return command === undefined ? (
    <div>
      <h3 className={SUBHEADING}>Command</h3>
      <p className={`mt-1 text-sm ${MUTED}`}>{missingCheckpoint(response.checkpoints)}</p>
    </div>
  ) : (
    <CopyableCommand title="Command" command={command} isUpdating={isUpdating} />
  );
}

/** Why there is no command yet. */
function missingCheckpoint(checkpoints: Checkpoint[] | undefined): string {
  return checkpoints && checkpoints.length > 0
    ? "Select a pre-quantized checkpoint to get its command."
    : "This quantization needs a pre-quantized checkpoint, and none is known.";
}
