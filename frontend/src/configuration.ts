/** The configuration fields of the form, and conversions between form values and the API. */

import type { ConfigValues, FeasibleResponse, FieldName, FormValues, Overrides } from "./types";

export const CONFIG_FIELDS = [
  "tensor_parallel_degree",
  "quantization",
  "max_model_len",
  "concurrency",
  "input_sequence_length",
  "output_sequence_length",
] as const satisfies readonly FieldName[];

export const FIELD_LABELS: Record<FieldName, string> = {
  tensor_parallel_degree: "Tensor Parallel",
  quantization: "Quantization",
  max_model_len: "Max Model Length",
  concurrency: "Concurrency",
  input_sequence_length: "Input Length",
  output_sequence_length: "Output Length",
};

/** The form values of a response, a quantization option or a checkpoint, without its other properties. */
export function configValues(source: ConfigValues): ConfigValues {
  return {
    tensor_parallel_degree: source.tensor_parallel_degree,
    quantization: source.quantization,
    max_model_len: source.max_model_len,
    concurrency: source.concurrency,
    input_sequence_length: source.input_sequence_length,
    output_sequence_length: source.output_sequence_length,
  };
}

/** The fields that are not empty. The service chooses the value of an empty field. */
export function filledFields(values: FormValues): FieldName[] {
  return CONFIG_FIELDS.filter((field) => values[field] !== undefined);
}

/** The filled fields that differ from the recommended values. */
export function changedFields(values: FormValues, recommended: FormValues): FieldName[] {
  return filledFields(values).filter((field) => values[field] !== recommended[field]);
}

/** The query parameters that send `fields` of `values` as overrides. */
export function toOverrides(values: FormValues, fields: readonly FieldName[]): Overrides {
  const selected: FormValues = Object.fromEntries(fields.map((field) => [field, values[field]]));
  const { tensor_parallel_degree: tp, quantization, ...others } = selected;
  return {
    ...others,
    ...(tp === undefined ? {} : { tp }),
    ...(quantization === undefined ? {} : { quantization: quantization ?? "none" }),
  };
}

/** The values recommended for unchanged fields, where changes to other fields make them differ from the form. */
export function updatedValues(
  response: FeasibleResponse,
  values: FormValues,
  changed: readonly FieldName[],
): FormValues {
  // If vLLM would not start with the changes, no value of another field helps.
  if (response.memory.kv_cache_gib <= 0) {
    return {};
  }
  const outdated = changedFields(values, response).filter((field) => !changed.includes(field));
  return Object.fromEntries(outdated.map((field) => [field, response[field]]));
}

/** Whether the form holds exactly the values of `config`. */
export function matchesConfig(values: FormValues, config: ConfigValues): boolean {
  return CONFIG_FIELDS.every((field) => values[field] === config[field]);
}
