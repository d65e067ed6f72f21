import { commandWith, needsPreQuantizedCheckpoint } from "../command";
import { formatCount, formatQuantization } from "../format";
import type { Checkpoint, FeasibleResponse } from "../types";
import { CopyableCommand } from "./CopyableCommand";
import { MUTED, SUBHEADING } from "./styles";

interface ServeCommandProps {
  response: FeasibleResponse;
  model: string;
  /** Whether the response is the recommendation, and not for values that the user changed. */
  isRecommended: boolean;
  /** Whether the response is about to be replaced. */
  isUpdating?: boolean;
}

/** The `vllm serve` command of a response, or of the checkpoint that it needs. */
export function ServeCommand({ response, model, isRecommended, isUpdating }: ServeCommandProps) {
  if (!needsPreQuantizedCheckpoint(response)) {
    const command = commandWith(response.vllm_args, model);
    return <CopyableCommand title="Command" command={command} isUpdating={isUpdating} />;
  }
  const precision = formatQuantization(response.quantization);
  const checkpoint = response.checkpoints?.[0];
  // The values of a checkpoint do not follow those of the form.
  if (!checkpoint || !isRecommended) {
    return (
      <div>
        <h3 className={SUBHEADING}>Command</h3>
        <p className={`mt-1 text-sm ${MUTED}`}>{nextStep(response, precision)}</p>
      </div>
    );
  }
  return (
    <CopyableCommand
      title={`Command for ${checkpoint.model}`}
      description={checkpointText(checkpoint, precision)}
      command={commandWith(checkpoint.vllm_args, checkpoint.model)}
      isUpdating={isUpdating}
    />
  );
}

function checkpointText({ max_model_len, concurrency }: Checkpoint, precision: string): string {
  const fits = `a context of ${formatCount(max_model_len)} tokens and a concurrency of ${formatCount(concurrency)}`;
  return `The most downloaded ${precision} checkpoint that runs on this instance, with ${fits}. Select Use above to fill the form with its values.`;
}

/** What to do to get a command. */
function nextStep({ checkpoints }: FeasibleResponse, precision: string): string {
  if (checkpoints === undefined) {
    return `The command needs the name of an ${precision} checkpoint. Select Suggest Config to search the Hub again.`;
  }
  return checkpoints.length > 0
    ? `Select Use at an ${precision} checkpoint above: the command serves it, and what fits depends on it.`
    : `The Hub lists no ${precision} checkpoint that runs on this instance. Quantize the model yourself, or select another option.`;
}
