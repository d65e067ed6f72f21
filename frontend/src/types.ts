/** The API's types, taken from `schema.d.ts`, which is generated from `openapi.yaml`. */

import type { components, operations } from "./schema";

type Schemas = components["schemas"];

export type FeasibleResponse = Schemas["Feasible"];
export type InfeasibleResponse = Schemas["Infeasible"];
export type RecommendResponse = FeasibleResponse | InfeasibleResponse;

export type Alternatives = Schemas["Alternatives"];
export type Change = Schemas["Changes"][number];
export type Checkpoint = Schemas["Checkpoints"][number];
export type Configuration = Schemas["Configuration"];
export type InstanceInfo = Schemas["InstanceInfo"];
export type LargerInstanceInfo = NonNullable<Alternatives["larger_instance_info"]>;
export type Layout = Schemas["Layouts"][number];
export type Memory = Schemas["Memory"];
export type ModelInfo = Schemas["ModelInfo"];
export type Quantization = Schemas["Quantization"];
export type QuantizationOption = Schemas["QuantizationOption"];
export type ServiceError = Schemas["Error"];
export type WarningCode = Schemas["WarningCode"];

/** Values the caller sets; the service recommends the rest. */
export type Overrides = Omit<operations["recommend"]["parameters"]["query"], "model" | "instance_type">;

/** The values that a benchmark needs. */
export type ConfigValues = Omit<Configuration, "vllm_args">;

/** The other arguments of vLLM that can be set. The API leaves out the last two where they have their default. */
export interface EngineValues {
  gpu_memory_utilization: number;
  max_num_seqs: number;
  max_num_batched_tokens: number;
  kv_cache_dtype: KvCacheDtype;
  enforce_eager: boolean;
}
export type KvCacheDtype = Schemas["KvCacheDtype"] | "auto";

/** A configuration of the API: a response, an option or a checkpoint. */
export type ConfigSource = ConfigValues & Schemas["EngineArguments"];

/** The values in the form. Empty fields are undefined or absent. */
export type FormValues = Partial<ConfigValues & EngineValues>;
export type FieldName = keyof FormValues;
export type FieldValue = NonNullable<FormValues[FieldName]> | null;

/** Whether the model does not fit in its native precision. Then the alternatives are other ways to run it. */
export function isTooLarge({ alternatives }: RecommendResponse): boolean {
  return alternatives?.quantization_option !== undefined || alternatives?.larger_instance !== undefined;
}

export function isFeasible(response: RecommendResponse): response is FeasibleResponse {
  return response.explanation.feasible;
}
