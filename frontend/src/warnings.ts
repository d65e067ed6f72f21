/** The form field that each warning of a response belongs to. */

import { ALL_FIELDS } from "./configuration";
import type { FeasibleResponse, FieldName, FormValues, WarningCode } from "./types";

export interface ConfigWarnings {
  /** Warnings caused by a changed field. Fields without warnings are absent. */
  byField: Partial<Record<FieldName, string[]>>;
  /** All other warnings. */
  general: string[];
}

export const NO_WARNINGS: ConfigWarnings = { byField: {}, general: [] };

interface FormState {
  values: FormValues;
  /** The fields of `values` that differ from the recommendation. */
  changed: readonly FieldName[];
  /** The codes of the recommendation's own warnings. */
  known?: readonly WarningCode[];
}

/** Group the warnings of `response`, which is about the values of the form, by the field that causes them. */
export function groupWarnings(response: FeasibleResponse, form: FormState): ConfigWarnings {
  const warnings = response.warnings.map((text, index) => ({
    text,
    field: causeOf(response.warning_codes[index], form),
  }));
  const textsOf = (field?: FieldName) =>
    warnings.filter((warning) => warning.field === field).map(({ text }) => text);
  const byField = ALL_FIELDS.map((field) => [field, textsOf(field)] as const);
  return {
    byField: Object.fromEntries(byField.filter(([, texts]) => texts.length > 0)),
    general: textsOf(),
  };
}

/**
 * The field to show a warning with this code at, if any: the first changed one that can cause it.
 *
 * A change can also make the value of an unchanged field wrong: fewer GPUs hold a shorter context. Such a warning belongs to
 * the field with the wrong value, unless the recommendation has it too.
 */
function causeOf(
  code: WarningCode | undefined,
  { values, changed, known = [] }: FormState,
): FieldName | undefined {
  if (code === undefined || changed.length === 0) {
    return undefined;
  }
  // A newer version of the service may send codes that this table does not have.
  const candidates = (CAUSES as Partial<typeof CAUSES>)[code] ?? [];
  const changedCause = candidates.find((field) => changed.includes(field));
  return (
    changedCause ?? (known.includes(code) ? undefined : candidates.find((field) => values[field] != null))
  );
}

/** Whether vLLM does not start with the configuration of a response. */
export function preventsStart({ warning_codes: codes }: FeasibleResponse): boolean {
  return codes.some((code) => PREVENTING_START.includes(code));
}

const PREVENTING_START: readonly WarningCode[] = [
  "tp_exceeds_gpus",
  "tp_not_accepted",
  "memory_exceeded",
  "context_above_limit",
  "context_above_cache",
  "states_limit_sequences",
  "batched_tokens_below_sequences",
  "batched_tokens_below_image",
  "batched_tokens_below_context",
  "no_fp8_cache",
];

const WORKLOAD_FIELDS = ["input_sequence_length", "output_sequence_length"] as const;
const MEMORY_FIELDS = [
  "tensor_parallel_degree",
  "quantization",
  "gpu_memory_utilization",
  "max_num_batched_tokens",
  "max_num_seqs",
  "kv_cache_dtype",
  "enforce_eager",
] as const;

/** The fields whose values each warning is about, the most likely one first. */
const CAUSES: Record<WarningCode, readonly FieldName[]> = {
  tp_exceeds_gpus: ["tensor_parallel_degree"],
  tp_not_accepted: ["tensor_parallel_degree"],
  fewer_gpus: ["tensor_parallel_degree"],
  memory_exceeded: MEMORY_FIELDS,
  context_above_limit: ["max_model_len"],
  context_above_cache: ["max_model_len"],
  workload_above_context: [...WORKLOAD_FIELDS, "max_model_len"],
  multimodal_profile: ["max_model_len"],
  requests_queue: ["concurrency"],
  no_fp8_arithmetic: ["quantization"],
  no_int8_arithmetic: ["quantization"],
  needs_prepared_checkpoint: ["quantization"],
  quantized_already: ["quantization"],
  runs_in_fp32: [],
  runs_in_fp16: [],
  architecture_estimated: [],
  little_host_memory: [],
  needs_flags: ["max_num_seqs"],
  little_unused_memory: ["gpu_memory_utilization"],
  batched_tokens_below_sequences: ["max_num_batched_tokens", "max_num_seqs"],
  batched_tokens_below_image: ["max_num_batched_tokens"],
  batched_tokens_below_context: ["max_num_batched_tokens", "max_model_len"],
  prompts_in_several_batches: ["max_num_batched_tokens", "input_sequence_length"],
  sequences_below_concurrency: ["max_num_seqs", "concurrency"],
  no_fp8_cache: ["kv_cache_dtype"],
  eager_mode: ["enforce_eager"],
  states_limit_sequences: ["concurrency", "max_num_seqs"],
  unknown_gpu: [],
  lacks_wheels: [],
  other_processors: [],
  not_listed: [],
  not_every_version: [],
  older_metadata: [],
};
