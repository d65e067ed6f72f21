/** What a comparison assumes for every instance type, and its parameters in a URL. */

import { filledFields, toOverrides, valuesFromQuery } from "../configuration";
import { formatCount, formatValue } from "../format";
import type { FieldName, FormValues } from "../types";

export interface Workload {
  /** What is undefined, the service chooses for each instance type. */
  values: FormValues;
  /** Empty for every supported version. */
  vllmVersion: string;
}

/** The values that a comparison can fix. */
export const WORKLOAD_FIELDS = [
  "input_sequence_length",
  "output_sequence_length",
  "max_model_len",
  "quantization",
  "kv_cache_dtype",
] as const satisfies readonly FieldName[];
export type WorkloadField = (typeof WORKLOAD_FIELDS)[number];

export const DEFAULT_INPUT_LENGTH = 512;
export const DEFAULT_OUTPUT_LENGTH = 256;

export function parseWorkload(parameters: URLSearchParams): Workload {
  const values = valuesFromQuery(parameters);
  const given = WORKLOAD_FIELDS.filter((field) => values[field] !== undefined);
  return {
    values: Object.fromEntries(given.map((field) => [field, values[field]])),
    vllmVersion: parameters.get("vllm_version")?.trim() ?? "",
  };
}

/** The parameters of the API, which are also those of the pages. */
export function workloadParameters({ values, vllmVersion }: Workload): Record<string, string> {
  const overrides = Object.entries(toOverrides(values, filledFields(values)));
  return {
    ...Object.fromEntries(overrides.map(([name, value]) => [name, String(value)])),
    ...(vllmVersion === "" ? {} : { vllm_version: vllmVersion }),
  };
}

/** `Requests of 512 input and 256 output tokens, a context of 4,096 tokens, weights in FP8, vLLM 0.19.0`. */
export function workloadText({ values, vllmVersion }: Workload): string {
  const input = formatCount(values.input_sequence_length ?? DEFAULT_INPUT_LENGTH);
  const output = formatCount(values.output_sequence_length ?? DEFAULT_OUTPUT_LENGTH);
  const { max_model_len: context, quantization, kv_cache_dtype: dtype = "auto" } = values;
  return [
    `Requests of ${input} input and ${output} output tokens`,
    ...(context === undefined ? [] : [`a context of ${formatCount(context)} tokens`]),
    ...(quantization === undefined
      ? []
      : [quantization === null ? "no quantization" : `weights in ${formatValue(quantization)}`]),
    ...(dtype === "auto" ? [] : [`a KV cache in ${formatValue(dtype)}`]),
    ...(vllmVersion === "" ? [] : [`vLLM ${vllmVersion}`]),
  ].join(", ");
}
