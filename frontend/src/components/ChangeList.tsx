import { useId } from "react";

import { commandWith } from "../command";
import { matchesConfig } from "../configuration";
import type { Change, FormValues } from "../types";
import { CopyableCommand } from "./CopyableCommand";
import { ACCENT_TEXT, BODY_TEXT, SECONDARY_BUTTON, SUBHEADING, SURFACE } from "./styles";

interface ChangeListProps {
  title: string;
  changes: Change[];
  model: string;
  values: FormValues;
  onApply: (change: Change, name: string) => void;
}

/** Changes of vLLM's arguments with which the model starts. */
export function ChangeList({ title, changes, ...props }: ChangeListProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-2">
      <h3 id={id} className={SUBHEADING}>
        {title}
      </h3>
      <ul aria-labelledby={id} className={`divide-y divide-slate-200 dark:divide-slate-700 ${SURFACE}`}>
        {changes.map((change) => (
          <ChangeItem key={change.text} change={change} {...props} />
        ))}
      </ul>
    </div>
  );
}

/** How many arguments have to be changed, in words. */
export function argumentsOf(changes: Change[]): string {
  return changes.some(({ also }) => also) ? "two arguments of vLLM" : "one argument of vLLM";
}

type ChangeItemProps = { change: Change } & Omit<ChangeListProps, "title" | "changes">;

function ChangeItem({ change, model, values, onApply }: ChangeItemProps) {
  const name = nameOf(change);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 text-sm">
      <p className={`min-w-0 flex-1 basis-60 ${BODY_TEXT}`}>
        {change.text}
        {matchesConfig(values, change) && <span className={ACCENT_TEXT}> Applied</span>}
      </p>
      {hasFields(change) ? (
        <button type="button" onClick={() => onApply(change, name)} className={SECONDARY_BUTTON}>
          Apply<span className="sr-only"> {name}</span>
        </button>
      ) : (
        <div className="w-full">
          <CopyableCommand title={`Command with ${name}`} command={commandWith(change.vllm_args, model)} />
        </div>
      )}
    </li>
  );
}

/** Whether the form has a field for every argument. */
function hasFields(change: Change): boolean {
  return partsOf(change).every((part) => part.change !== "limit_mm_per_prompt");
}

/** The arguments without their values: `--gpu-memory-utilization and --enforce-eager`. */
function nameOf(change: Change): string {
  return partsOf(change)
    .map((part) => `--${NAMES[part.change] ?? part.change.replaceAll("_", "-")}`)
    .join(" and ");
}

const partsOf = (change: Change) => [change, ...(change.also ?? [])];

const NAMES: Partial<Record<Change["change"], string>> = { tensor_parallel_degree: "tensor-parallel-size" };
