/** The service's own names for what crosses the wire, from `openapi.yaml` by way of `schema.d.ts`. */

import type { components, operations } from "./schema";

type Schemas = components["schemas"];

export type Feasible = Schemas["Feasible"];
export type Infeasible = Schemas["Infeasible"];
export type RecommendResponse = Feasible | Infeasible;

export type Alternatives = Schemas["Alternatives"];
export type Checkpoint = Schemas["Checkpoints"][number];
export type Configuration = Schemas["Configuration"];
export type InstanceInfo = Schemas["InstanceInfo"];
export type LargerInstanceInfo = NonNullable<Alternatives["larger_instance_info"]>;
export type Memory = Schemas["Memory"];
export type ModelInfo = Schemas["ModelInfo"];
export type Quantization = Schemas["Quantization"];
export type QuantizationOption = Schemas["QuantizationOption"];
export type ServiceError = Schemas["Error"];
export type WarningCode = Schemas["WarningCode"];

/** What a person may fix; the service answers with the rest. */
export type Overrides = Omit<operations["recommend"]["parameters"]["query"], "model" | "instance_type">;

/** The values that a recommendation has for the form. */
export type ConfigValues = Omit<Configuration, "vllm_args">;
export type FieldName = keyof ConfigValues;

/** The values that the form holds: a field that is empty, or not there, has none. */
export type FormValues = Partial<ConfigValues>;

export function isFeasible(answer: RecommendResponse): answer is Feasible {
  return answer.explanation.feasible;
}
