/** The API's types, taken from `schema.d.ts`, which is generated from `openapi.yaml`. */

import type { components, operations } from "./schema";

type Schemas = components["schemas"];

export type FeasibleResponse = Schemas["Feasible"];
export type InfeasibleResponse = Schemas["Infeasible"];
export type RecommendResponse = FeasibleResponse | InfeasibleResponse;

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

/** Values the caller sets; the service recommends the rest. */
export type Overrides = Omit<operations["recommend"]["parameters"]["query"], "model" | "instance_type">;

/** The values of a recommendation that fill the form. */
export type ConfigValues = Omit<Configuration, "vllm_args">;
export type FieldName = keyof ConfigValues;

/** The values in the form. Empty fields are undefined or absent. */
export type FormValues = Partial<ConfigValues>;

export function isFeasible(response: RecommendResponse): response is FeasibleResponse {
  return response.explanation.feasible;
}
