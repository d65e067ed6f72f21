import type { Comparison, FeasibleInstance, InfeasibleInstance } from "../../src/compare/comparison";

/** A row with round figures; `changes` replaces some of them. */
export function feasibleRow(
  instance_type: string,
  changes: Partial<FeasibleInstance> = {},
): FeasibleInstance {
  return {
    instance_type,
    accelerator_name: "A10G",
    accelerator_count: 1,
    accelerator_memory_gib: 24,
    feasible: true,
    tensor_parallel_degree: 1,
    quantization: null,
    max_model_len: 16384,
    concurrency: 22,
    kv_cache_tokens: 16896,
    max_concurrent_requests: 22,
    warning_codes: [],
    ...changes,
  };
}

export function infeasibleRow(
  instance_type: string,
  changes: Partial<InfeasibleInstance> = {},
): InfeasibleInstance {
  return {
    instance_type,
    accelerator_name: "T4",
    accelerator_count: 1,
    accelerator_memory_gib: 16,
    feasible: false,
    code: "does_not_fit",
    reason: `org/model needs 14 GiB for its weights. ${instance_type} has 16 GiB (1 x T4).`,
    ...changes,
  };
}

const price = (usd_per_hour: number, requests: number) => ({
  usd_per_hour,
  max_concurrent_requests: requests,
  usd_per_hour_per_request: usd_per_hour / requests,
  price_region: "us-east-1",
  price_date: "2026-11-20",
});

/** Four instances that run the model, of which `g5.2xlarge` is not on the frontier, and one that does not. */
export const COMPARISON: Comparison = {
  model_info: {
    parameter_count: 8_190_735_360,
    native_dtype: "bfloat16",
    max_position_embeddings: 40960,
    architecture: "qwen3",
  },
  instances: [
    feasibleRow("g5.xlarge", price(1, 20)),
    feasibleRow("g5.2xlarge", { ...price(1.2, 20), warning_codes: ["little_host_memory"] }),
    feasibleRow("g6.12xlarge", {
      ...price(4.6, 500),
      accelerator_name: "L4",
      accelerator_count: 4,
      accelerator_memory_gib: 96,
      tensor_parallel_degree: 4,
      max_model_len: 40960,
    }),
    feasibleRow("g4dn.2xlarge", {
      ...price(0.75, 4),
      accelerator_name: "T4",
      accelerator_memory_gib: 16,
      quantization: "int4",
      max_model_len: 2048,
      warning_codes: ["needs_prepared_checkpoint"],
    }),
    infeasibleRow("g4dn.xlarge"),
  ],
};
