/** The state of the benchmark form, and the request built from it. */

import type { FormValues, Quantization } from "../types";

export interface BenchmarkForm {
  model: string;
  instanceType: string;
  vllmVersion: string;
  values: FormValues;
  dataset: string;
}

export const DATASETS = ["sharegpt", "random", "sonnet"] as const;

export const EMPTY_FORM: BenchmarkForm = {
  model: "",
  instanceType: "",
  vllmVersion: "",
  values: {},
  dataset: DATASETS[0],
};

/** The request body for a benchmark platform. It never contains the Hugging Face token. */
export interface BenchmarkRequest {
  model: string;
  instance_type: string;
  framework: "vllm";
  tensor_parallel_degree: number | null;
  quantization: Quantization;
  concurrency: number | null;
  max_model_len: number | null;
  input_sequence_length: number | null;
  output_sequence_length: number | null;
  dataset: string;
}

/** Empty fields become null, which leaves the value to the platform. */
export function benchmarkRequest({ model, instanceType, values, dataset }: BenchmarkForm): BenchmarkRequest {
  return {
    model,
    instance_type: instanceType,
    framework: "vllm",
    tensor_parallel_degree: values.tensor_parallel_degree ?? null,
    quantization: values.quantization ?? null,
    concurrency: values.concurrency ?? null,
    max_model_len: values.max_model_len ?? null,
    input_sequence_length: values.input_sequence_length ?? null,
    output_sequence_length: values.output_sequence_length ?? null,
    dataset,
  };
}
