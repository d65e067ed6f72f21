/** The configuration fields of the form, and conversions between form values and the API. */

import type {
  ConfigSource,
  FeasibleResponse,
  FieldName,
  FieldValue,
  FormValues,
  KvCacheDtype,
  Overrides,
  Quantization,
} from "./types";

/** The parameters of a benchmark. */
export const CONFIG_FIELDS = [
  "tensor_parallel_degree",
  "quantization",
  "max_model_len",
  "concurrency",
  "input_sequence_length",
  "output_sequence_length",
] as const satisfies readonly FieldName[];

/** The other arguments of vLLM. */
export const ENGINE_FIELDS = [
  "kv_cache_dtype",
  "gpu_memory_utilization",
  "max_num_seqs",
  "max_num_batched_tokens",
  "enforce_eager",
] as const satisfies readonly FieldName[];

export const ALL_FIELDS: readonly FieldName[] = [...CONFIG_FIELDS, ...ENGINE_FIELDS];

export const QUANTIZATIONS = [null, "fp8", "int8", "int4"] as const satisfies Quantization[];

export const KV_CACHE_DTYPES = ["auto", "fp8", "fp8_e4m3", "fp8_e5m2"] as const satisfies KvCacheDtype[];

export const FIELD_LABELS: Record<FieldName, string> = {
  tensor_parallel_degree: "Tensor Parallel",
  quantization: "Quantization",
  max_model_len: "Max Model Length",
  concurrency: "Concurrency",
  input_sequence_length: "Input Length",
  output_sequence_length: "Output Length",
  kv_cache_dtype: "KV Cache Dtype",
  gpu_memory_utilization: "GPU Memory Utilization",
  max_num_seqs: "Max Num Seqs",
  max_num_batched_tokens: "Max Num Batched Tokens",
  enforce_eager: "Enforce Eager",
};

/** The form values of a response, an option or a checkpoint, without its other properties. */
export function configValues(source: ConfigSource): Required<FormValues> {
  return {
    tensor_parallel_degree: source.tensor_parallel_degree,
    quantization: source.quantization,
    max_model_len: source.max_model_len,
    concurrency: source.concurrency,
    input_sequence_length: source.input_sequence_length,
    output_sequence_length: source.output_sequence_length,
    kv_cache_dtype: source.kv_cache_dtype ?? "auto",
    gpu_memory_utilization: source.gpu_memory_utilization,
    max_num_seqs: source.max_num_seqs,
    max_num_batched_tokens: source.max_num_batched_tokens,
    enforce_eager: source.enforce_eager ?? false,
  };
}

/** The fields that are not empty. The service chooses the value of an empty field. */
export function filledFields(values: FormValues): FieldName[] {
  return ALL_FIELDS.filter((field) => values[field] !== undefined);
}

/** The filled fields that differ from the recommended values. */
export function changedFields(values: FormValues, recommended: FormValues): FieldName[] {
  return filledFields(values).filter((field) => values[field] !== recommended[field]);
}

/** The query parameters that send `fields` of `values` as overrides. */
export function toOverrides(values: FormValues, fields: readonly FieldName[]): Overrides {
  const selected: FormValues = Object.fromEntries(fields.map((field) => [field, values[field]]));
  const { tensor_parallel_degree: tp, quantization, enforce_eager: eager, ...others } = selected;
  return {
    ...others,
    ...(tp === undefined ? {} : { tp }),
    ...(quantization === undefined ? {} : { quantization: quantization ?? "none" }),
    ...(eager === undefined ? {} : { enforce_eager: eager ? "true" : "false" }),
  };
}

/** The values in a page's query, under the names of the API's parameters. Anything that the API ignores is left out. */
export function valuesFromQuery(parameters: URLSearchParams): FormValues {
  const parsed = ALL_FIELDS.map((field) => {
    const text = parameters.get(field === "tensor_parallel_degree" ? "tp" : field)?.trim() ?? "";
    return [field, parseValue(field, text)] as const;
  });
  return Object.fromEntries(parsed.filter(([, value]) => value !== undefined));
}

function parseValue(field: FieldName, text: string): FieldValue | undefined {
  switch (field) {
    case "quantization":
      return text === "none" ? null : QUANTIZATIONS.find((name) => name === text);
    case "kv_cache_dtype":
      return KV_CACHE_DTYPES.find((name) => name === text);
    case "enforce_eager":
      return [true, false].find((value) => String(value) === text);
    default:
      return Number(text) > 0 ? Number(text) : undefined;
  }
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
  const recommended = configValues(response);
  const outdated = changedFields(values, recommended).filter((field) => !changed.includes(field));
  return Object.fromEntries(outdated.map((field) => [field, recommended[field]]));
}

/** Whether the form holds exactly the values of a configuration. */
export function matchesConfig(values: FormValues, config: ConfigSource): boolean {
  const expected = configValues(config);
  return ALL_FIELDS.every((field) => values[field] === expected[field]);
}
