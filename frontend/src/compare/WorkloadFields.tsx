import { useId } from "react";

import { SUBHEADING } from "../components/styles";
import { FIELD_LABELS, KV_CACHE_DTYPES, QUANTIZATIONS } from "../configuration";
import { formatQuantization, formatValue } from "../format";
import { CONTROL, Field } from "../run/Field";
import type { FieldValue } from "../types";
import { invalidFields } from "../validation";
import { DEFAULT_INPUT_LENGTH, DEFAULT_OUTPUT_LENGTH, type Workload, type WorkloadField } from "./workload";

interface WorkloadFieldsProps {
  workload: Workload;
  onChange: (workload: Workload) => void;
}

/** What to assume for every instance type. An empty field leaves the value to the service. */
export function WorkloadFields({ workload, onChange }: WorkloadFieldsProps) {
  const id = useId();
  const { values, vllmVersion } = workload;
  const fieldProps = (field: WorkloadField) => ({
    id: `${id}-${field}`,
    field,
    workload,
    onChange: (value: FieldValue | undefined) =>
      onChange({ ...workload, values: { ...values, [field]: value } }),
  });
  return (
    <fieldset className="grid grid-cols-2 items-start gap-4 sm:grid-cols-3 lg:col-span-full lg:grid-cols-6">
      <legend className={`mb-2 ${SUBHEADING}`}>Workload</legend>
      <LengthField {...fieldProps("input_sequence_length")} placeholder={String(DEFAULT_INPUT_LENGTH)} />
      <LengthField {...fieldProps("output_sequence_length")} placeholder={String(DEFAULT_OUTPUT_LENGTH)} />
      <LengthField {...fieldProps("max_model_len")} placeholder="Largest" />
      <ChoiceField {...fieldProps("quantization")} options={PRECISIONS} />
      <ChoiceField {...fieldProps("kv_cache_dtype")} options={CACHE_DTYPES} />
      <Field id={`${id}-version`} label="vLLM Version">
        <input
          id={`${id}-version`}
          value={vllmVersion}
          placeholder="Any"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ ...workload, vllmVersion: event.target.value.trim() })}
          className={CONTROL}
        />
      </Field>
    </fieldset>
  );
}

interface WorkloadFieldProps {
  id: string;
  field: WorkloadField;
  workload: Workload;
  onChange: (value: FieldValue | undefined) => void;
}

function LengthField({
  id,
  field,
  workload: { values },
  onChange,
  placeholder,
}: WorkloadFieldProps & { placeholder: string }) {
  const value = values[field];
  const error = invalidFields(values)[field];
  return (
    <Field id={id} label={FIELD_LABELS[field]} error={error}>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={1}
        placeholder={placeholder}
        value={typeof value === "number" ? value : ""}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        onChange={({ target }) => onChange(target.value === "" ? undefined : Number(target.value))}
        className={CONTROL}
      />
    </Field>
  );
}

type Options = readonly (readonly [string, FieldValue | undefined])[];

const PRECISIONS: Options = [
  ["If needed", undefined],
  ...QUANTIZATIONS.map((quantization) => [formatQuantization(quantization), quantization] as const),
];
const CACHE_DTYPES: Options = KV_CACHE_DTYPES.map(
  (dtype) => [formatValue(dtype), dtype === "auto" ? undefined : dtype] as const,
);

function ChoiceField({
  id,
  field,
  workload: { values },
  onChange,
  options,
}: WorkloadFieldProps & { options: Options }) {
  const selected = options.find(([, value]) => value === values[field]) ?? options[0];
  return (
    <Field id={id} label={FIELD_LABELS[field]}>
      <select
        id={id}
        value={selected?.[0]}
        onChange={({ target }) => onChange(options.find(([text]) => text === target.value)?.[1])}
        className={CONTROL}
      >
        {options.map(([text]) => (
          <option key={text}>{text}</option>
        ))}
      </select>
    </Field>
  );
}
