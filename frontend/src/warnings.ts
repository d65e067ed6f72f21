/** The form field that each warning of a response belongs to. */

import { CONFIG_FIELDS } from "./configuration";
import type { FeasibleResponse, FieldName, WarningCode } from "./types";

export interface ConfigWarnings {
  /** Warnings caused by a changed field. Fields without warnings are absent. */
  byField: Partial<Record<FieldName, string[]>>;
  /** All other warnings. */
  general: string[];
}

export const NO_WARNINGS: ConfigWarnings = { byField: {}, general: [] };

/** Group the warnings of `response` by the field in `changedFields` that causes them. */
export function groupWarnings(
  response: FeasibleResponse,
  changedFields: readonly FieldName[],
): ConfigWarnings {
  const warnings = response.warnings.map((text, index) => ({
    text,
    field: causeOf(response.warning_codes[index], changedFields),
  }));
  const textsOf = (field?: FieldName) =>
    warnings.filter((warning) => warning.field === field).map(({ text }) => text);
  const byField = CONFIG_FIELDS.map((field) => [field, textsOf(field)] as const);
  return {
    byField: Object.fromEntries(byField.filter(([, texts]) => texts.length > 0)),
    general: textsOf(),
  };
}

/** The first changed field that can cause a warning with this code, if any. */
function causeOf(code: WarningCode | undefined, changedFields: readonly FieldName[]): FieldName | undefined {
  // A newer version of the service may send codes that this table does not have.
  const candidates = (code && (CAUSES as Partial<typeof CAUSES>)[code]) ?? [];
  return candidates.find((field) => changedFields.includes(field));
}

const WORKLOAD_FIELDS = ["input_sequence_length", "output_sequence_length"] as const;
const WEIGHT_FIELDS = ["tensor_parallel_degree", "quantization"] as const;

/** The fields that can cause each warning, the most likely one first. */
const CAUSES: Record<WarningCode, readonly FieldName[]> = {
  tp_exceeds_gpus: ["tensor_parallel_degree"],
  tp_not_accepted: ["tensor_parallel_degree"],
  fewer_gpus: ["tensor_parallel_degree"],
  memory_exceeded: WEIGHT_FIELDS,
  context_above_limit: ["max_model_len"],
  context_above_cache: ["max_model_len", ...WEIGHT_FIELDS],
  workload_above_context: [...WORKLOAD_FIELDS, "max_model_len"],
  multimodal_profile: ["max_model_len"],
  requests_queue: ["concurrency", ...WORKLOAD_FIELDS, ...WEIGHT_FIELDS],
  no_fp8_arithmetic: ["quantization"],
  no_int8_arithmetic: ["quantization"],
  needs_prepared_checkpoint: ["quantization"],
  quantized_already: ["quantization"],
  runs_in_fp32: [],
  runs_in_fp16: [],
  little_host_memory: [],
  needs_flags: [],
  states_limit_sequences: ["concurrency", ...WEIGHT_FIELDS],
  unknown_gpu: [],
  lacks_wheels: [],
  other_processors: [],
  not_listed: [],
  not_every_version: [],
  cheaper_instance: [],
  older_metadata: [],
};
