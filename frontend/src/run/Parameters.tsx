import { useId } from "react";

import { FieldWarning } from "../components/FieldWarning";
import { HEADING } from "../components/styles";
import { WarningText } from "../components/WarningText";
import { FIELD_LABELS } from "../configuration";
import { isFeasible } from "../types";
import type { ConfigValues, FieldName, FormValues } from "../types";
import type { Suggestion } from "../useSuggestion";
import { invalidFields } from "../validation";
import { DATASETS } from "./benchmarkForm";
import { CONTROL, Field } from "./Field";

interface ParametersProps {
  values: FormValues;
  dataset: string;
  suggestion: Suggestion;
  onChange: (values: FormValues) => void;
  onDatasetChange: (dataset: string) => void;
}

/** The seven parameters of a benchmark, with the warnings about each. */
export function Parameters({ values, dataset, suggestion, onChange, onDatasetChange }: ParametersProps) {
  const id = useId();
  const isStale = suggestion.staleSelection !== undefined;
  const invalid = invalidFields(values);
  const fieldProps = (field: FieldName) => ({
    id: `${id}-${field}`,
    field,
    values,
    suggestion,
    isInvalid: invalid.includes(field),
    onChange: (value: ConfigValues[FieldName] | undefined) => onChange({ ...values, [field]: value }),
  });
  return (
    <section
      aria-labelledby={`${id}-title`}
      aria-describedby={isStale ? `${id}-stale` : undefined}
      className="flex flex-col gap-4"
    >
      <h2 id={`${id}-title`} className={HEADING}>
        Parameters
      </h2>
      <p id={`${id}-stale`} role="status" className={isStale ? undefined : "sr-only"}>
        {isStale && <WarningText text={staleText(suggestion)} />}
      </p>
      <div className={`grid gap-x-4 gap-y-4 sm:grid-cols-2 ${isStale ? STALE : ""}`}>
        <TensorParallelField {...fieldProps("tensor_parallel_degree")} />
        <QuantizationField {...fieldProps("quantization")} />
        <NumberField {...fieldProps("concurrency")} />
        <NumberField {...fieldProps("max_model_len")} />
        <NumberField {...fieldProps("input_sequence_length")} />
        <NumberField {...fieldProps("output_sequence_length")} />
        <Field id={`${id}-dataset`} label="Dataset">
          <select
            id={`${id}-dataset`}
            value={dataset}
            onChange={(event) => onDatasetChange(event.target.value)}
            className={CONTROL}
          >
            {DATASETS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
      </div>
    </section>
  );
}

/** Mutes the values in the controls. */
const STALE =
  "[&_input]:text-slate-500 [&_select]:text-slate-500 dark:[&_input]:text-slate-400 dark:[&_select]:text-slate-400";

function staleText({ staleSelection, recommendation }: Suggestion): string {
  const { model = "", instanceType = "", vllmVersion } = staleSelection ?? {};
  const version = vllmVersion ? ` with vLLM ${vllmVersion}` : "";
  const remedy =
    recommendation && !isFeasible(recommendation) ? "" : " Select Suggest Config to update them.";
  return `These values are for ${model} on ${instanceType}${version}.${remedy}`;
}

interface ParameterProps {
  id: string;
  field: FieldName;
  values: FormValues;
  suggestion: Suggestion;
  isInvalid: boolean;
  onChange: (value: ConfigValues[FieldName] | undefined) => void;
}

/** The degrees to choose from before there is a recommendation. */
const DEFAULT_DEGREES = [1, 2, 4, 8];

function TensorParallelField({ id, field, values, suggestion, onChange }: ParameterProps) {
  const value = values.tensor_parallel_degree;
  const { tpOptions } = suggestion;
  const offered = tpOptions.length > 0 ? tpOptions : DEFAULT_DEGREES;
  const degrees = [...new Set([...offered, ...(value === undefined ? [] : [value])])].sort((a, b) => a - b);
  return (
    <Field id={id} label={FIELD_LABELS[field]}>
      <select
        id={id}
        value={value ?? ""}
        aria-describedby={`${id}-warning`}
        onChange={(event) => onChange(parseNumber(event.target.value))}
        className={CONTROL}
      >
        <option value="">Not set</option>
        {degrees.map((degree) => (
          <option key={degree}>{degree}</option>
        ))}
      </select>
      <FieldWarning id={`${id}-warning`} field={field} suggestion={suggestion} onUse={onChange} />
    </Field>
  );
}

const QUANTIZATIONS = ["fp8", "int8", "int4"] as const;

function QuantizationField({ id, field, values, suggestion, onChange }: ParameterProps) {
  return (
    <Field id={id} label={FIELD_LABELS[field]}>
      <select
        id={id}
        value={values.quantization ?? ""}
        aria-describedby={`${id}-warning`}
        onChange={(event) => onChange(QUANTIZATIONS.find((name) => name === event.target.value) ?? null)}
        className={CONTROL}
      >
        <option value="">None</option>
        {QUANTIZATIONS.map((name) => (
          <option key={name} value={name}>
            {name.toUpperCase()}
          </option>
        ))}
      </select>
      <FieldWarning id={`${id}-warning`} field={field} suggestion={suggestion} onUse={onChange} />
    </Field>
  );
}

function NumberField({ id, field, values, suggestion, isInvalid, onChange }: ParameterProps) {
  return (
    <Field
      id={id}
      label={FIELD_LABELS[field]}
      error={isInvalid ? "Enter a whole number of at least 1." : undefined}
    >
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={1}
        value={values[field] ?? ""}
        aria-invalid={isInvalid}
        aria-describedby={isInvalid ? `${id}-error ${id}-warning` : `${id}-warning`}
        onChange={(event) => onChange(parseNumber(event.target.value))}
        className={CONTROL}
      />
      <FieldWarning id={`${id}-warning`} field={field} suggestion={suggestion} onUse={onChange} />
    </Field>
  );
}

/** The number in an input, or `undefined` if it is empty. */
function parseNumber(text: string): number | undefined {
  return text === "" ? undefined : Number(text);
}
