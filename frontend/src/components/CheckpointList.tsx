import { useId } from "react";

import { countText, gibText } from "../format";
import type { Checkpoint } from "../types";
import { MUTED, SECONDARY_BUTTON, SUBHEADING } from "./styles";

interface CheckpointListProps {
  checkpoints: Checkpoint[];
  onChoose?: (checkpoint: Checkpoint) => void;
}

/** The repositories that somebody has quantized beforehand, to serve one in the model's place. */
export function CheckpointList({ checkpoints, onChoose }: CheckpointListProps) {
  const id = useId();
  if (checkpoints.length === 0) {
    return <p className={`text-sm ${MUTED}`}>The Hub lists no such checkpoint that runs on this instance.</p>;
  }
  return (
    <div className="flex flex-col gap-2">
      <h3 id={id} className={SUBHEADING}>
        Checkpoints quantized beforehand
      </h3>
      <ul
        aria-labelledby={id}
        className="divide-y divide-slate-200 rounded-xl border border-slate-200 bg-white dark:divide-slate-700 dark:border-slate-700 dark:bg-slate-900"
      >
        {checkpoints.map((checkpoint) => (
          <Row key={checkpoint.model} checkpoint={checkpoint} onChoose={onChoose} />
        ))}
      </ul>
    </div>
  );
}

function Row({
  checkpoint,
  onChoose,
}: {
  checkpoint: Checkpoint;
  onChoose?: (checkpoint: Checkpoint) => void;
}) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-60 text-sm">
        <p className="font-medium break-words text-slate-900 dark:text-slate-50">{checkpoint.model}</p>
        <p className={`tabular-nums ${MUTED}`}>{facts(checkpoint)}</p>
      </div>
      {onChoose && (
        <button type="button" onClick={() => onChoose(checkpoint)} className={SECONDARY_BUTTON}>
          Use<span className="sr-only"> {checkpoint.model}</span>
        </button>
      )}
    </li>
  );
}

function facts({ method, gated, downloads, estimated_mem_gib: memory }: Checkpoint): string {
  return [
    method,
    ...(gated ? ["gated"] : []),
    `${gibText(memory)} of weights`,
    `${countText(downloads)} downloads a month`,
  ].join(", ");
}
