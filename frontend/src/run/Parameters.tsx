import { useId } from "react";

import { HEADING } from "../components/styles";
import { WarningText } from "../components/WarningText";
import { QUANTIZATIONS } from "../configuration";
import { formatQuantization } from "../format";
import { isFeasible } from "../types";
import type { FieldName, FieldValue, FormValues } from "../types";
import type { Suggestion } from "../useSuggestion";
import { invalidFields } from "../validation";
import { AdvancedFields } from "./AdvancedFields";
import { DATASETS, type BenchmarkForm } from "./benchmarkForm";
import { CONTROL, Field } from "./Field";
import { NumberField, SelectField } from "./ParameterField";

interface ParametersProps {
  form: BenchmarkForm;
  suggestion: Suggestion;
  onChange: (changes: Partial<BenchmarkForm>) => void;
}

/** The seven parameters of a benchmark and the other arguments of vLLM, with the warnings about each. */
export function Parameters({
  form: { values, dataset, vllmVersion },
  suggestion,
  onChange,
}: ParametersProps) {
  const id = useId();
  const isStale = suggestion.staleSelection !== undefined;
  const invalid = invalidFields(values);
  const fieldProps = (field: FieldName) => ({
    id: `${id}-${field}`,
    field,
    values,
    suggestion,
    error: invalid[field],
    onChange: (value: FieldValue | undefined) => onChange({ values: { ...values, [field]: value } }),
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
      <div className="grid gap-4 sm:grid-cols-2">
        <div className={`contents ${isStale ? STALE : ""}`}>
          <SelectField
            {...fieldProps("tensor_parallel_degree")}
            options={degreeOptions(values, suggestion)}
          />
          <SelectField {...fieldProps("quantization")} options={QUANTIZATION_OPTIONS} />
          <NumberField {...fieldProps("concurrency")} />
          <NumberField {...fieldProps("max_model_len")} />
          <NumberField {...fieldProps("input_sequence_length")} />
          <NumberField {...fieldProps("output_sequence_length")} />
        </div>
        <Field id={`${id}-framework`} label="Framework">
          <select id={`${id}-framework`} className={CONTROL}>
            <option>vLLM</option>
          </select>
        </Field>
        <Field id={`${id}-dataset`} label="Dataset">
          <select
            id={`${id}-dataset`}
            value={dataset}
            onChange={(event) => onChange({ dataset: event.target.value })}
            className={CONTROL}
          >
            {DATASETS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
      </div>
      <AdvancedFields
        id={`${id}-version`}
        vllmVersion={vllmVersion}
        fieldProps={fieldProps}
        onVllmVersionChange={(version) => onChange({ vllmVersion: version })}
      />
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

/** The degrees to choose from before there is a recommendation. */
const DEFAULT_DEGREES = [1, 2, 4, 8];

/** "Not set", and the accepted degrees together with the one in the form. */
function degreeOptions({ tensor_parallel_degree: value }: FormValues, { tpOptions }: Suggestion) {
  const offered = tpOptions.length > 0 ? tpOptions : DEFAULT_DEGREES;
  const degrees = new Set([...offered, ...(value === undefined ? [] : [value])]);
  const sorted = [...degrees].sort((a, b) => a - b);
  return [["Not set", undefined] as const, ...sorted.map((degree) => [String(degree), degree] as const)];
}

const QUANTIZATION_OPTIONS = QUANTIZATIONS.map(
  (quantization) => [formatQuantization(quantization), quantization] as const,
);
