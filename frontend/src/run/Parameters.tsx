import { useId } from "react";

import type { Advice } from "../advice";
import { FieldWarning } from "../components/FieldWarning";
import type { ConfigValues, FieldName, FormValues } from "../types";
import { CONTROL, Field } from "./Field";
import { DATASETS } from "./form";

interface ParametersProps {
  values: FormValues;
  dataset: string;
  advice: Advice;
  onChange: (values: FormValues) => void;
  onDatasetChange: (dataset: string) => void;
}

const USUAL_DEGREES = [1, 2, 4, 8];

/** The seven parameters of a run, each with what the service says about it. */
export function Parameters({ values, dataset, advice, onChange, onDatasetChange }: ParametersProps) {
  const id = useId();
  const fieldOf = (field: FieldName) => ({
    id: `${id}-${field}`,
    field,
    values,
    advice,
    onChange: (value: ConfigValues[FieldName] | undefined) => onChange({ ...values, [field]: value }),
  });
  return (
    <div className="grid gap-x-4 gap-y-4 sm:grid-cols-2">
      <DegreeField {...fieldOf("tensor_parallel_degree")} />
      <QuantizationField {...fieldOf("quantization")} />
      <NumberField {...fieldOf("concurrency")} label="Concurrency" />
      <NumberField {...fieldOf("max_model_len")} label="Max Model Length" />
      <NumberField {...fieldOf("input_sequence_length")} label="Input Length" />
      <NumberField {...fieldOf("output_sequence_length")} label="Output Length" />
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
  advice: Advice;
  onChange: (value: ConfigValues[FieldName] | undefined) => void;
}

function DegreeField({ id, field, values, advice, onChange }: ParameterProps) {
  const value = values.tensor_parallel_degree;
  const offered = advice.tpOptions.length > 0 ? advice.tpOptions : USUAL_DEGREES;
  const options = [...new Set([...offered, ...(value === undefined ? [] : [value])])].sort((a, b) => a - b);
  return (
    <Field id={id} label="Tensor Parallel Degree">
      <select
        id={id}
        value={value ?? ""}
        aria-describedby={`${id}-advice`}
        onChange={(event) => onChange(numberOf(event.target.value))}
        className={CONTROL}
      >
        <option value="">Not set</option>
        {options.map((degree) => (
          <option key={degree}>{degree}</option>
        ))}
      </select>
      <FieldWarning id={`${id}-advice`} field={field} advice={advice} onUse={onChange} />
    </Field>
  );
}

const QUANTIZATIONS = ["fp8", "int8", "int4"] as const;

function QuantizationField({ id, field, values, advice, onChange }: ParameterProps) {
  return (
    <Field id={id} label="Quantization">
      <select
        id={id}
        value={values.quantization ?? ""}
        aria-describedby={`${id}-advice`}
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
      <FieldWarning id={`${id}-advice`} field={field} advice={advice} onUse={onChange} />
    </Field>
  );
}

function NumberField({ id, field, label, values, advice, onChange }: ParameterProps & { label: string }) {
  return (
    <Field id={id} label={label}>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={1}
        value={values[field] ?? ""}
        aria-describedby={`${id}-advice`}
        onChange={(event) => onChange(numberOf(event.target.value))}
        className={CONTROL}
      />
      <FieldWarning id={`${id}-advice`} field={field} advice={advice} onUse={onChange} />
    </Field>
  );
}

/** `undefined` for a field that holds no number. */
function numberOf(text: string): number | undefined {
  return text === "" ? undefined : Number(text);
}
