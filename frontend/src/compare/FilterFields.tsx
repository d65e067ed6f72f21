import { useId } from "react";

import { SUBHEADING } from "../components/styles";
import { CONTROL, Field } from "../run/Field";
import { hasPrices, type InstanceRow } from "./comparison";
import { gpuNames, type Filters } from "./filters";

interface FilterFieldsProps {
  rows: readonly InstanceRow[];
  filters: Filters;
  onChange: (filters: Filters) => void;
}

/** The filters of the plot and the table. Without prices there is no filter by price. */
export function FilterFields({ rows, filters, onChange }: FilterFieldsProps) {
  const id = useId();
  const change = (changes: Partial<Filters>) => onChange({ ...filters, ...changes });
  const gpus = gpuNames(rows);
  return (
    <fieldset className="grid items-end gap-x-4 gap-y-3 sm:grid-cols-2 lg:grid-cols-4">
      <legend className={`mb-2 ${SUBHEADING}`}>Filters</legend>
      <Field id={`${id}-gpu`} label="GPU">
        <select
          id={`${id}-gpu`}
          value={filters.gpu}
          onChange={(event) => change({ gpu: event.target.value })}
          className={CONTROL}
        >
          <option value="">All GPUs</option>
          {filters.gpu !== "" && !gpus.includes(filters.gpu) && <option>{filters.gpu}</option>}
          {gpus.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </Field>
      {(hasPrices(rows) || filters.maxUsdPerHour !== "") && (
        <Field id={`${id}-price`} label="Maximum $ per hour">
          <input
            id={`${id}-price`}
            type="number"
            inputMode="decimal"
            min={0}
            step="any"
            placeholder="Any"
            value={filters.maxUsdPerHour}
            onChange={(event) => change({ maxUsdPerHour: event.target.value })}
            className={CONTROL}
          />
        </Field>
      )}
      <Field id={`${id}-context`} label="Minimum context, in tokens">
        <input
          id={`${id}-context`}
          type="number"
          inputMode="numeric"
          min={0}
          placeholder="Any"
          value={filters.minContext}
          onChange={(event) => change({ minContext: event.target.value })}
          className={CONTROL}
        />
      </Field>
      <label className="flex h-11 cursor-pointer items-center gap-3 text-sm font-medium text-slate-800 dark:text-slate-200">
        <input
          type="checkbox"
          checked={filters.isNativeOnly}
          onChange={(event) => change({ isNativeOnly: event.target.checked })}
          className="size-5 shrink-0 cursor-pointer accent-teal-700 dark:accent-teal-400"
        />
        Native precision only
      </label>
    </fieldset>
  );
}
