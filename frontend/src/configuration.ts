/** The values of the form: what an answer has for it, and what a person made of that. */

import type { ConfigValues, FieldName, FormValues, Overrides } from "./types";

export const FIELDS = [
  "tensor_parallel_degree",
  "quantization",
  "max_model_len",
  "concurrency",
  "input_sequence_length",
  "output_sequence_length",
] as const satisfies readonly FieldName[];

export const FIELD_LABELS: Record<FieldName, string> = {
  tensor_parallel_degree: "Tensor parallel",
  quantization: "Quantization",
  max_model_len: "Max model length",
  concurrency: "Concurrency",
  input_sequence_length: "Input length",
  output_sequence_length: "Output length",
};

/** The form's values out of an answer, an option or a checkpoint. */
export function valuesOf(source: ConfigValues): ConfigValues {
  return {
    tensor_parallel_degree: source.tensor_parallel_degree,
    quantization: source.quantization,
    max_model_len: source.max_model_len,
    concurrency: source.concurrency,
    input_sequence_length: source.input_sequence_length,
    output_sequence_length: source.output_sequence_length,
  };
}

/** The fields that hold something else than was recommended; one that is empty leaves it to the service. */
export function changedFields(values: FormValues, recommended: ConfigValues): FieldName[] {
  return FIELDS.filter((field) => values[field] !== undefined && values[field] !== recommended[field]);
}

/** `fields` of `values` as the service's query has them. */
export function overridesOf(values: FormValues, fields: readonly FieldName[]): Overrides {
  const fixed: FormValues = Object.fromEntries(fields.map((field) => [field, values[field]]));
  const { tensor_parallel_degree: tp, quantization, ...others } = fixed;
  return {
    ...others,
    ...(tp === undefined ? {} : { tp }),
    ...(quantization === undefined ? {} : { quantization: quantization ?? "none" }),
  };
}

/** Whether the form holds all of `source`. */
export function holds(values: FormValues, source: ConfigValues): boolean {
  return FIELDS.every((field) => values[field] === source[field]);
}
