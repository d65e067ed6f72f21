import { useId, useState } from "react";

import { FIELD_LABELS } from "../configuration";
import { formatAccelerators, formatCount, formatValue, modelDetails } from "../format";
import type { FeasibleResponse } from "../types";
import { MemoryFigure } from "./MemoryFigure";
import { ServeCommand } from "./ServeCommand";
import { CARD, HEADING, MUTED, SECONDARY_BUTTON } from "./styles";
import { WarningText } from "./WarningText";

interface ExplanationPanelProps {
  response: FeasibleResponse;
  model: string;
  instanceType: string;
  /** Whether the response takes values into account that the user changed. */
  hasOverrides: boolean;
  /** Warnings that are not shown at a field. */
  warnings: string[];
}

/** A configuration: the reason for each value, the memory of one GPU, and the command. */
export function ExplanationPanel(props: ExplanationPanelProps) {
  const [isOpen, setOpen] = useState(true);
  const id = useId();
  return (
    <section aria-labelledby={`${id}-title`} className={CARD}>
      <header className="flex items-center justify-between gap-4">
        <h2 id={`${id}-title`} className={HEADING}>
          {props.hasOverrides ? "Your Configuration" : "Recommended Configuration"}
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
        <Subject {...props} />
        <Reasons response={props.response} />
        <GeneralWarnings warnings={props.warnings} />
        <MemoryFigure memory={props.response.memory} gpu={props.response.instance_info.accelerator_name} />
        <ServeCommand response={props.response} model={props.model} />
      </div>
    </section>
  );
}

/** The model and the instance that the configuration is for. */
function Subject({ response, model, instanceType }: ExplanationPanelProps) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
      <SubjectRow label="Model" name={model} details={modelDetails(response.model_info)} />
      <SubjectRow
        label="Instance"
        name={instanceType}
        details={[formatAccelerators(response.instance_info)]}
      />
    </dl>
  );
}

function SubjectRow({ label, name, details }: { label: string; name: string; details: string[] }) {
  return (
    <>
      <dt className={MUTED}>{label}</dt>
      <dd className="text-slate-800 tabular-nums dark:text-slate-200">
        <span className="font-medium break-words">{name}</span>
        {details.length > 0 && <span className={MUTED}> ({details.join(", ")})</span>}
      </dd>
    </>
  );
}

const EXPLAINED_FIELDS = ["tensor_parallel_degree", "quantization", "max_model_len", "concurrency"] as const;

function Reasons({ response }: { response: FeasibleResponse }) {
  const { explanation } = response;
  const input = formatCount(response.input_sequence_length);
  const output = formatCount(response.output_sequence_length);
  return (
    <dl className="divide-y divide-slate-200 border-y border-slate-200 text-sm dark:divide-slate-700 dark:border-slate-700">
      {EXPLAINED_FIELDS.map((field) => (
        <Reason
          key={field}
          label={FIELD_LABELS[field]}
          value={formatValue(response[field])}
          reason={explanation[field]}
        />
      ))}
      <Reason
        label="Input + Output"
        value={`${input} + ${output}`}
        reason={explanation.input_sequence_length ?? "Tokens per prompt and per generated response."}
      />
    </dl>
  );
}

function Reason({ label, value, reason }: { label: string; value: string; reason: string }) {
  return (
    <div className="grid gap-x-4 gap-y-0.5 py-2.5 sm:grid-cols-[10rem_minmax(0,1fr)]">
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
