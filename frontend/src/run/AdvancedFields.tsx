import { useState } from "react";

import { FOCUS, MUTED } from "../components/styles";
import { ENGINE_FIELDS, KV_CACHE_DTYPES } from "../configuration";
import { formatValue } from "../format";
import type { FieldName } from "../types";
import { CONTROL, Field } from "./Field";
import { NumberField, SelectField, type ParameterProps } from "./ParameterField";

interface AdvancedFieldsProps {
  id: string;
  vllmVersion: string;
  /** The properties of each field. */
  fieldProps: (field: FieldName) => ParameterProps;
  onVllmVersionChange: (version: string) => void;
}

/** The version of vLLM and its other arguments. Open if one of them was changed, or has a warning or an error. */
export function AdvancedFields({ id, vllmVersion, fieldProps, onVllmVersionChange }: AdvancedFieldsProps) {
  const [isOpen, setOpen] = useState(false);
  const needsAttention = ENGINE_FIELDS.some((field) => {
    const { error, suggestion } = fieldProps(field);
    const { changed, warnings } = suggestion;
    return error !== undefined || changed.includes(field) || warnings.byField[field] !== undefined;
  });
  return (
    <details open={isOpen || needsAttention} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary
        className={`w-fit cursor-pointer rounded text-sm font-medium text-slate-800 dark:text-slate-200 ${FOCUS}`}
      >
        Advanced
      </summary>
      <div className="mt-4 grid gap-4 sm:grid-cols-2">
        <Field id={id} label="vLLM Version">
          <input
            id={id}
            value={vllmVersion}
            placeholder="Any"
            autoComplete="off"
            spellCheck={false}
            aria-describedby={`${id}-note`}
            onChange={(event) => onVllmVersionChange(event.target.value.trim())}
            className={CONTROL}
          />
          <p id={`${id}-note`} className={`mt-1 text-sm ${MUTED}`}>
            The version that will run, such as 0.19.0.
          </p>
        </Field>
        <SelectField {...fieldProps("kv_cache_dtype")} options={DTYPE_OPTIONS} />
        <NumberField {...fieldProps("gpu_memory_utilization")} min={0} max={1} step={0.01} />
        <SelectField {...fieldProps("enforce_eager")} options={NO_OR_YES} />
        <NumberField {...fieldProps("max_num_seqs")} />
        <NumberField {...fieldProps("max_num_batched_tokens")} />
      </div>
    </details>
  );
}

const DTYPE_OPTIONS = KV_CACHE_DTYPES.map((dtype) => [formatValue(dtype), dtype] as const);

const NO_OR_YES = [false, true].map((value) => [formatValue(value), value] as const);
