/** What the Run page's form holds, and the request that comes of it. */

import type { FormValues, Quantization } from "../types";

export interface RunForm {
  model: string;
  instanceType: string;
  values: FormValues;
  dataset: string;
}

export const DATASETS = ["random", "sharegpt", "sonnet"] as const;

export const EMPTY_FORM: RunForm = {
  model: "",
  instanceType: "",
  values: {},
  dataset: DATASETS[0],
};

/** What a benchmark platform would be sent; the Hub token is no part of it. */
export interface RunRequest {
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

/** An empty field leaves the value to the platform. */
export function runRequest({ model, instanceType, values, dataset }: RunForm): RunRequest {
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
