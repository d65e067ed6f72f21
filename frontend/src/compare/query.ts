/** The state of the Compare page in its URL, so that it can be reloaded and shared. */

import { pageUrl } from "../app/location";
import { COLUMNS, type Sort } from "./columns";
import type { Filters } from "./filters";
import { parseWorkload, workloadParameters, type Workload } from "./workload";

export interface CompareState {
  model: string;
  workload: Workload;
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
    workload: parseWorkload(parameters),
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
export function stateUrl({ model, workload, sort, filters }: CompareState): string {
  return pageUrl("compare", {
    model,
    ...workloadParameters(workload),
    sort: sort ? `${sort.isDescending ? "-" : ""}${sort.column}` : "",
    gpu: filters.gpu,
    native_only: filters.isNativeOnly ? "true" : "",
    max_usd_per_hour: filters.maxUsdPerHour,
    min_context: filters.minContext,
  });
}

/** What a comparison is of. */
export type Subject = Pick<CompareState, "model" | "workload">;

/** Equal for subjects that have the same comparison. */
export const subjectKey = ({ model, workload }: Subject): string => runUrl({ model, workload }, "");

/** The URL of the Run page for an instance in a comparison. */
export function runUrl({ model, workload }: Subject, instanceType: string): string {
  return pageUrl("run", { model, instance_type: instanceType, ...workloadParameters(workload) });
}

/** A column's name, with a minus sign in front for the largest first. */
function parseSort(text: string): Sort | undefined {
  const isDescending = text.startsWith("-");
  const column = COLUMNS.find(({ name }) => name === text.slice(isDescending ? 1 : 0));
  return column && { column: column.name, isDescending };
}
