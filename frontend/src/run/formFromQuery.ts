import { valuesFromQuery } from "../configuration";
import { EMPTY_FORM, type BenchmarkForm } from "./benchmarkForm";

/** The form for a link such as `?model=org/name&instance_type=g5.xlarge&max_model_len=8192`. */
export function formFromQuery(query: string): BenchmarkForm {
  const parameters = new URLSearchParams(query);
  return {
    ...EMPTY_FORM,
    model: parameters.get("model")?.trim() ?? "",
    instanceType: parameters.get("instance_type")?.trim() ?? "",
    vllmVersion: parameters.get("vllm_version")?.trim() ?? "",
    values: valuesFromQuery(parameters),
  };
}
