/** What the service has to say about the values in the form, sorted by the field it belongs to. */

import { FIELDS } from "./configuration";
import type { ConfigValues, Feasible, FieldName, FormValues, WarningCode } from "./types";

export interface FieldAdvice {
  warnings: string[];
  /** What the service recommends for a field left alone, now that others have changed. */
  follows?: ConfigValues[FieldName];
}

export interface Advice {
  /** By field; those of which there is nothing to say are missing. */
  fields: Partial<Record<FieldName, FieldAdvice>>;
  /** Warnings that belong to no field that was changed. */
  general: string[];
  /** The tensor parallel degrees to choose from; empty while they are not known. */
  tpOptions: number[];
}

export const NO_ADVICE: Advice = { fields: {}, general: [], tpOptions: [] };

/** The advice of `answer` about `values`, of which a person has changed the fields `changed`. */
export function adviceOf(answer: Feasible, values: FormValues, changed: readonly FieldName[]): Advice {
  const placed = answer.warnings.map((text, index) => ({ text, field: place(answer, index, changed) }));
  const entries = FIELDS.map((field): [FieldName, FieldAdvice] => [
    field,
    {
      warnings: placed.filter((each) => each.field === field).map(({ text }) => text),
      ...following(answer, values, changed, field),
    },
  ]);
  return {
    fields: Object.fromEntries(
      entries.filter(([, { warnings, follows }]) => warnings.length > 0 || follows !== undefined),
    ),
    general: placed.filter(({ field }) => field === undefined).map(({ text }) => text),
    tpOptions: answer.valid_tp_options,
  };
}

/** The field under which a warning stands: of those it may come from, the first that was changed. */
function place(answer: Feasible, index: number, changed: readonly FieldName[]): FieldName | undefined {
  const code = answer.warning_codes[index];
  // A service of another version may know codes that are not in the table.
  const candidates = (code && (CAUSES as Partial<typeof CAUSES>)[code]) ?? [];
  return candidates.find((field) => changed.includes(field));
}

function following(
  answer: Feasible,
  values: FormValues,
  changed: readonly FieldName[],
  field: FieldName,
): Pick<FieldAdvice, "follows"> {
  // Where nothing would start, neither would it with other values for the rest.
  const leads = changed.length > 0 && answer.memory.kv_cache_gib > 0;
  const alone = !changed.includes(field) && values[field] !== undefined;
  return leads && alone && values[field] !== answer[field] ? { follows: answer[field] } : {};
}

const WORKLOAD = ["input_sequence_length", "output_sequence_length"] as const;
const LAYOUT = ["tensor_parallel_degree", "quantization"] as const;

/** From which fields a warning may come, the likeliest first. */
const CAUSES: Record<WarningCode, readonly FieldName[]> = {
  tp_exceeds_gpus: ["tensor_parallel_degree"],
  tp_not_accepted: ["tensor_parallel_degree"],
  fewer_gpus: ["tensor_parallel_degree"],
  memory_exceeded: LAYOUT,
  context_above_limit: ["max_model_len"],
  context_above_cache: ["max_model_len", ...LAYOUT],
  workload_above_context: [...WORKLOAD, "max_model_len"],
  requests_queue: ["concurrency", ...WORKLOAD, ...LAYOUT],
  no_fp8_arithmetic: ["quantization"],
  no_int8_arithmetic: ["quantization"],
  needs_prepared_checkpoint: ["quantization"],
  quantized_already: ["quantization"],
  runs_in_fp32: [],
  runs_in_fp16: [],
  little_host_memory: [],
  states_limit_sequences: ["concurrency", ...LAYOUT],
  unknown_gpu: [],
  lacks_wheels: [],
  other_processors: [],
  not_listed: [],
  not_every_version: [],
  cheaper_instance: [],
  older_metadata: [],
};
