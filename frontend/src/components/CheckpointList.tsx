import { useId } from "react";

import { formatCount, formatGib } from "../format";
import type { Checkpoint } from "../types";
import { MUTED, SECONDARY_BUTTON, SUBHEADING, SURFACE } from "./styles";

interface CheckpointListProps {
  checkpoints: Checkpoint[];
  onSelect?: (checkpoint: Checkpoint) => void;
}

/** Pre-quantized checkpoints that can be served instead of the model. */
export function CheckpointList({ checkpoints, onSelect }: CheckpointListProps) {
  const id = useId();
  if (checkpoints.length === 0) {
    return (
      <p className={`text-sm ${MUTED}`}>
        No pre-quantized checkpoint that runs on this instance was found on the Hugging Face Hub.
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <h3 id={id} className={SUBHEADING}>
        Pre-quantized checkpoints
      </h3>
      <ul aria-labelledby={id} className={`divide-y divide-slate-200 dark:divide-slate-700 ${SURFACE}`}>
        {checkpoints.map((checkpoint) => (
          <CheckpointItem key={checkpoint.model} checkpoint={checkpoint} onSelect={onSelect} />
        ))}
      </ul>
    </div>
  );
}

function CheckpointItem({
  checkpoint,
  onSelect,
}: { checkpoint: Checkpoint } & Pick<CheckpointListProps, "onSelect">) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-60 text-sm">
        <p className="font-medium break-words text-slate-900 dark:text-slate-50">{checkpoint.model}</p>
        <p className={`tabular-nums ${MUTED}`}>{details(checkpoint)}</p>
      </div>
      {onSelect && (
        <button type="button" onClick={() => onSelect(checkpoint)} className={SECONDARY_BUTTON}>
          Use<span className="sr-only"> {checkpoint.model}</span>
        </button>
      )}
    </li>
  );
}

function details({ method, gated, downloads, estimated_mem_gib: memory }: Checkpoint): string {
  return [
    method,
    ...(gated ? ["gated"] : []),
    `${formatGib(memory)} of weights`,
    `${formatCount(downloads)} downloads last month`,
  ].join(", ");
}
