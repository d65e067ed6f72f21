import { useId, useState } from "react";

import { FIELD_LABELS } from "../configuration";
import { countText, hardwareText, modelFacts, valueText } from "../format";
import type { Feasible } from "../types";
import { MemoryFigure } from "./MemoryFigure";
import { ServeCommand } from "./ServeCommand";
import { CARD, HEADING, MUTED, SECONDARY_BUTTON } from "./styles";
import { WarningText } from "./WarningText";

interface ExplanationPanelProps {
  answer: Feasible;
  model: string;
  instanceType: string;
  /** Whether the answer is about values that a person changed. */
  isAdjusted: boolean;
  /** Warnings that belong to no field. */
  warnings: string[];
}

/** Why each value is what it is, the memory behind it, and the command that comes of it. */
export function ExplanationPanel(props: ExplanationPanelProps) {
  const [isOpen, setOpen] = useState(true);
  const id = useId();
  return (
    <section aria-labelledby={`${id}-title`} className={CARD}>
      <header className="flex items-center justify-between gap-4">
        <h2 id={`${id}-title`} className={HEADING}>
          {props.isAdjusted ? "Your configuration" : "Why this configuration"}
        </h2>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={`${id}-body`}
          onClick={() => setOpen(!isOpen)}
          className={SECONDARY_BUTTON}
        >
          {isOpen ? "Hide" : "Show"}
          <span className="sr-only"> explanation</span>
        </button>
      </header>
      <div id={`${id}-body`} hidden={!isOpen} className={isOpen ? "mt-3 flex flex-col gap-5" : undefined}>
        <Facts {...props} />
        <Reasons answer={props.answer} />
        <GeneralWarnings warnings={props.warnings} />
        <MemoryFigure memory={props.answer.memory} gpu={props.answer.instance_info.accelerator_name} />
        <ServeCommand answer={props.answer} model={props.model} />
      </div>
    </section>
  );
}

function Facts({ answer, model, instanceType }: ExplanationPanelProps) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
      <Fact label="Model" name={model} facts={modelFacts(answer.model_info)} />
      <Fact label="Instance" name={instanceType} facts={[hardwareText(answer.instance_info)]} />
    </dl>
  );
}

function Fact({ label, name, facts }: { label: string; name: string; facts: string[] }) {
  return (
    <>
      <dt className={MUTED}>{label}</dt>
      <dd className="text-slate-800 tabular-nums dark:text-slate-200">
        <span className="font-medium break-words">{name}</span>
        {facts.length > 0 && <span className={MUTED}> ({facts.join(", ")})</span>}
      </dd>
    </>
  );
}

function Reasons({ answer }: { answer: Feasible }) {
  const reasons = answer.explanation;
  const workload = `${countText(answer.input_sequence_length)} + ${countText(answer.output_sequence_length)}`;
  return (
    <dl className="divide-y divide-slate-200 border-y border-slate-200 text-sm dark:divide-slate-700 dark:border-slate-700">
      {REASONED.map((field) => (
        <Reason
          key={field}
          label={FIELD_LABELS[field]}
          value={valueText(answer[field])}
          reason={reasons[field]}
        />
      ))}
      <Reason
        label="Input + output"
        value={workload}
        reason={reasons.input_sequence_length ?? "Tokens in and out of a usual request."}
      />
    </dl>
  );
}

const REASONED = ["tensor_parallel_degree", "quantization", "max_model_len", "concurrency"] as const;

function Reason({ label, value, reason }: { label: string; value: string; reason: string }) {
  return (
    <div className="grid gap-x-4 gap-y-0.5 py-2.5 sm:grid-cols-[9rem_minmax(0,1fr)]">
      <dt className="flex items-baseline justify-between gap-3 sm:flex-col sm:justify-start sm:gap-0">
        <span className={MUTED}>{label}</span>
        <span className="text-base font-semibold text-slate-900 tabular-nums dark:text-slate-50">
          {value}
        </span>
      </dt>
      <dd className="text-slate-700 dark:text-slate-300">{reason}</dd>
    </div>
  );
}

function GeneralWarnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Warnings" className="flex flex-col gap-2">
      {warnings.map((text) => (
        <li key={text}>
          <WarningText text={text} />
        </li>
      ))}
    </ul>
  );
}
