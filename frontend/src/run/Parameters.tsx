import { useId } from "react";

import { FieldWarning } from "../components/FieldWarning";
import { FIELD_LABELS } from "../configuration";
import type { ConfigValues, FieldName, FormValues } from "../types";
import type { Suggestion } from "../useSuggestion";
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
  const fieldProps = (field: FieldName) => ({
    id: `${id}-${field}`,
    field,
    values,
    suggestion,
    onChange: (value: ConfigValues[FieldName] | undefined) => onChange({ ...values, [field]: value }),
  });
  return (
    <div className="grid gap-x-4 gap-y-4 sm:grid-cols-2">
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
  );
}

interface ParameterProps {
  id: string;
  field: FieldName;
  values: FormValues;
  suggestion: Suggestion;
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

function NumberField({ id, field, values, suggestion, onChange }: ParameterProps) {
  return (
    <Field id={id} label={FIELD_LABELS[field]}>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={1}
        value={values[field] ?? ""}
        aria-describedby={`${id}-warning`}
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
