/** Which rows of a comparison are shown. */

import { isFeasibleRow, type InstanceRow } from "./comparison";

/** Numbers as they were typed; an empty text does not filter. */
export interface Filters {
  /** The name of a GPU, or "" for all. */
  gpu: string;
  isNativeOnly: boolean;
  maxUsdPerHour: string;
  minContext: string;
}

export const NO_FILTERS: Filters = { gpu: "", isNativeOnly: false, maxUsdPerHour: "", minContext: "" };

/** Rows without the value that a filter is about are left out, such as the price of an instance that has none. */
export function filterRows(rows: readonly InstanceRow[], filters: Filters): InstanceRow[] {
  const maxUsdPerHour = parseLimit(filters.maxUsdPerHour);
  const minContext = parseLimit(filters.minContext);
  return rows.filter((row) => {
    const feasible = isFeasibleRow(row) ? row : undefined;
    return (
      (filters.gpu === "" || row.accelerator_name === filters.gpu) &&
      (!filters.isNativeOnly || feasible?.quantization === null) &&
      (maxUsdPerHour === undefined || (feasible?.usd_per_hour ?? Infinity) <= maxUsdPerHour) &&
      (minContext === undefined || (feasible?.max_model_len ?? 0) >= minContext)
    );
  });
}

export function isFiltered({ gpu, isNativeOnly, maxUsdPerHour, minContext }: Filters): boolean {
  return gpu !== "" || isNativeOnly || maxUsdPerHour !== "" || minContext !== "";
}

/** The GPUs of the rows, in alphabetical order. */
export function gpuNames(rows: readonly InstanceRow[]): string[] {
  return [...new Set(rows.map((row) => row.accelerator_name))].sort();
}

function parseLimit(text: string): number | undefined {
  const limit = Number(text);
  return text.trim() === "" || !Number.isFinite(limit) ? undefined : limit;
}
