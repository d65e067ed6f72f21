import { useId, useState } from "react";

import { configValues, ENGINE_FIELDS, FIELD_LABELS } from "../configuration";
import { formatAccelerators, formatCount, formatValue, modelDetails } from "../format";
import { isFeasible, isTooLarge } from "../types";
import type { FeasibleResponse, FieldName } from "../types";
import type { Suggestion } from "../useSuggestion";
import { preventsStart } from "../warnings";
import { argumentsOf, ChangeList } from "./ChangeList";
import { LayoutTable } from "./LayoutTable";
import { MemoryFigure } from "./MemoryFigure";
import { NoteList } from "./NoteList";
import { ServeCommand } from "./ServeCommand";
import { BODY_TEXT, CARD, HEADING, MUTED, SECONDARY_BUTTON, STRONG_TEXT, TEXT_BUTTON } from "./styles";
import { WarningText } from "./WarningText";

interface ExplanationPanelProps {
  suggestion: Suggestion;
  /** The suggestion's current response, which has a configuration. */
  current: FeasibleResponse;
}

/** The form's configuration: the reason for each value, what was recommended instead, the memory of one GPU, and the command. */
export function ExplanationPanel({ suggestion, current }: ExplanationPanelProps) {
  const [isOpen, setOpen] = useState(true);
  const id = useId();
  const { recommendation, isUpdating } = suggestion;
  const isRecommended = current === recommendation;
  const doesNotStart = preventsStart(current);
  return (
    <section aria-labelledby={`${id}-title`} aria-busy={isUpdating} className={CARD}>
      <header className="flex items-center justify-between gap-x-4">
        <h2 id={`${id}-title`} className={HEADING}>
          {isRecommended ? "Recommended Configuration" : "Your Configuration"}
        </h2>
        {isUpdating && <span className={`text-sm ${MUTED}`}>Updating…</span>}
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={`${id}-body`}
          onClick={() => setOpen(!isOpen)}
          className={`ml-auto ${SECONDARY_BUTTON}`}
        >
          {isOpen ? "Hide" : "Show"}
          <span className="sr-only"> explanation</span>
        </button>
      </header>
      <div id={`${id}-body`} hidden={!isOpen} className={isOpen ? "mt-3 flex flex-col gap-5" : undefined}>
        <Subject suggestion={suggestion} current={current} />
        {doesNotStart && <WarningText text="vLLM would not start with these values (see the warnings)." />}
        {doesNotStart && <StartingChanges suggestion={suggestion} current={current} />}
        <Reasons suggestion={suggestion} current={current} />
        {!isRecommended && recommendation && isFeasible(recommendation) && (
          <button
            type="button"
            onClick={() => suggestion.apply(configValues(recommendation), "Recommended configuration")}
            className={`self-start ${SECONDARY_BUTTON}`}
          >
            Reset to Recommendation
          </button>
        )}
        <GeneralWarnings warnings={suggestion.warnings.general} />
        <NoteList
          notes={doesNotStart ? current.notes : [current.explanation.production_note, ...current.notes]}
        />
        <MemoryFigure memory={current.memory} gpu={current.instance_info.accelerator_name} />
        <LayoutTable suggestion={suggestion} current={current} />
        <ServeCommand
          response={current}
          model={suggestion.model}
          isRecommended={isRecommended}
          isUpdating={isUpdating}
        />
      </div>
    </section>
  );
}

/** Changes of the form's values with which vLLM starts, apart from those that the options already show. */
function StartingChanges({ suggestion, current }: ExplanationPanelProps) {
  const { recommendation, model, values, apply } = suggestion;
  const options = recommendation && isTooLarge(recommendation) ? recommendation.alternatives?.changes : [];
  const shown = options?.map(({ text }) => text);
  const changes = current.alternatives?.changes?.filter(({ text }) => !shown?.includes(text)) ?? [];
  return changes.length === 0 ? null : (
    <ChangeList
      title={`It starts with a change of ${argumentsOf(changes)}`}
      changes={changes}
      model={model}
      values={values}
      onApply={apply}
    />
  );
}

/** The model and the instance that the configuration is for. */
function Subject({ suggestion: { model, instanceType }, current }: ExplanationPanelProps) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
      <SubjectRow label="Model" name={model} details={modelDetails(current.model_info)} />
      <SubjectRow
        label="Instance"
        name={instanceType}
        details={[formatAccelerators(current.instance_info)]}
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
const WORKLOAD_FIELDS = ["input_sequence_length", "output_sequence_length"] as const;

function Reasons({ suggestion, current }: ExplanationPanelProps) {
  const { explanation } = current;
  const input = formatCount(current.input_sequence_length);
  const output = formatCount(current.output_sequence_length);
  return (
    <dl className="divide-y divide-slate-200 border-y border-slate-200 text-sm dark:divide-slate-700 dark:border-slate-700">
      {EXPLAINED_FIELDS.map((field) => (
        <Reason
          key={field}
          name={FIELD_LABELS[field]}
          value={formatValue(current[field])}
          reason={explanation[field]}
          fields={[field]}
          suggestion={suggestion}
        />
      ))}
      <Reason
        name="Input + Output"
        value={`${input} + ${output}`}
        reason={explanation.input_sequence_length ?? "Tokens per prompt and per generated response."}
        fields={WORKLOAD_FIELDS}
        suggestion={suggestion}
      />
      {ENGINE_FIELDS.filter((field) => suggestion.changed.includes(field)).map((field) => (
        <Reason
          key={field}
          name={FIELD_LABELS[field]}
          value={formatValue(configValues(current)[field])}
          fields={[field]}
          suggestion={suggestion}
        />
      ))}
    </dl>
  );
}

interface ReasonProps {
  name: string;
  value: string;
  /** The service explains the parameters of a benchmark only. */
  reason?: string;
  fields: readonly FieldName[];
  suggestion: Suggestion;
}

/** `Tensor Parallel = 1 — the reason`, and a button to reset it if the form has another value. */
function Reason({ name, value, reason, fields, suggestion }: ReasonProps) {
  return (
    <div className="py-2.5 leading-6">
      <dt className={`inline tabular-nums ${STRONG_TEXT}`}>
        {name} = {value}
      </dt>{" "}
      {reason !== undefined && (
        <dd className={`inline ${BODY_TEXT}`}>
          <span aria-hidden="true">— </span>
          {reason}
        </dd>
      )}
      {fields.map((field) => (
        <RecommendedValue key={field} field={field} suggestion={suggestion} />
      ))}
    </div>
  );
}

/** A button that returns to the recommended value of a field that the user changed. */
function RecommendedValue({ field, suggestion }: { field: FieldName; suggestion: Suggestion }) {
  const { recommendation, changed, values, apply } = suggestion;
  if (!recommendation || !isFeasible(recommendation) || !changed.includes(field)) {
    return null;
  }
  const value = configValues(recommendation)[field];
  return (
    <dd>
      <button
        type="button"
        onClick={() => apply({ ...values, [field]: value }, `${FIELD_LABELS[field]} ${formatValue(value)}`)}
        className={TEXT_BUTTON}
      >
        Reset {FIELD_LABELS[field]} to {formatValue(value)}
      </button>
    </dd>
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
