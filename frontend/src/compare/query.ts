/** The state of the Compare page in its URL, so that it can be reloaded and shared. */

import { pageUrl } from "../app/location";
import { COLUMNS, type Sort } from "./columns";
import type { Filters } from "./filters";

export interface CompareState {
  model: string;
  /** `undefined` for the order of the response. */
  sort: Sort | undefined;
  filters: Filters;
}

/** The state in `query`. Anything that the page does not know is ignored. */
export function parseState(query: string): CompareState {
  const parameters = new URLSearchParams(query);
  const get = (name: string) => parameters.get(name)?.trim() ?? "";
  return {
    model: get("model"),
    sort: parseSort(get("sort")),
    filters: {
      gpu: get("gpu"),
      isNativeOnly: get("native_only") === "true",
      maxUsdPerHour: get("max_usd_per_hour"),
      minContext: get("min_context"),
    },
  };
}

/** The URL of a state. What is as it is by default is left out. */
export function stateUrl({ model, sort, filters }: CompareState): string {
  return pageUrl("compare", {
    model,
    sort: sort ? `${sort.isDescending ? "-" : ""}${sort.column}` : "",
    gpu: filters.gpu,
    native_only: filters.isNativeOnly ? "true" : "",
    max_usd_per_hour: filters.maxUsdPerHour,
    min_context: filters.minContext,
  });
}

/** The URL of the Run page for an instance in a comparison. */
export function runUrl(model: string, instanceType: string): string {
  return pageUrl("run", { model, instance_type: instanceType });
}

/** A column's name, with a minus sign in front for the largest first. */
function parseSort(text: string): Sort | undefined {
  const isDescending = text.startsWith("-");
  const column = COLUMNS.find(({ name }) => name === text.slice(isDescending ? 1 : 0));
  return column && { column: column.name, isDescending };
}
