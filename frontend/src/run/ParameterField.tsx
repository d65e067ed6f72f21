import type { ReactNode } from "react";

import { FieldWarning } from "../components/FieldWarning";
import { FIELD_LABELS } from "../configuration";
import type { FieldName, FieldValue, FormValues } from "../types";
import type { Suggestion } from "../useSuggestion";
import { CONTROL, Field } from "./Field";

export interface ParameterProps {
  id: string;
  field: FieldName;
  values: FormValues;
  suggestion: Suggestion;
  /** What is wrong with the value. */
  error?: string;
  onChange: (value: FieldValue | undefined) => void;
}

/** The control of a parameter, with its label above it and its warnings below it. */
export function ParameterField({
  id,
  field,
  suggestion,
  error,
  onChange,
  children,
}: ParameterProps & { children: ReactNode }) {
  return (
    <Field id={id} label={FIELD_LABELS[field]} error={error}>
      {children}
      <FieldWarning id={`${id}-warning`} field={field} suggestion={suggestion} onUse={onChange} />
    </Field>
  );
}

interface NumberFieldProps {
  min?: number;
  max?: number;
  step?: number;
}

/** A number, by default a whole one of at least 1. */
export function NumberField({ min = 1, max, step = 1, ...parameter }: ParameterProps & NumberFieldProps) {
  const { id, field, values, error, onChange } = parameter;
  const value = values[field];
  return (
    <ParameterField {...parameter}>
      <input
        id={id}
        type="number"
        inputMode={step < 1 ? "decimal" : "numeric"}
        min={min}
        max={max}
        step={step}
        value={typeof value === "number" ? value : ""}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? `${id}-warning` : `${id}-error ${id}-warning`}
        onChange={(event) => onChange(parseNumber(event.target.value))}
        className={CONTROL}
      />
    </ParameterField>
  );
}

interface SelectFieldProps {
  /** The text and the value of each option, the default one first. */
  options: readonly (readonly [string, FieldValue | undefined])[];
}

/** One of several values. */
export function SelectField({ options, ...parameter }: ParameterProps & SelectFieldProps) {
  const { id, field, values, onChange } = parameter;
  return (
    <ParameterField {...parameter}>
      <select
        id={id}
        value={optionValue(values[field] ?? options[0]?.[1])}
        aria-describedby={`${id}-warning`}
        onChange={({ target }) =>
          onChange(options.find(([, value]) => optionValue(value) === target.value)?.[1])
        }
        className={CONTROL}
      >
        {options.map(([text, value]) => (
          <option key={text} value={optionValue(value)}>
            {text}
          </option>
        ))}
      </select>
    </ParameterField>
  );
}

const optionValue = (value: FieldValue | undefined): string => String(value ?? "");

/** The number in an input, or `undefined` if it is empty. */
function parseNumber(text: string): number | undefined {
  return text === "" ? undefined : Number(text);
}
