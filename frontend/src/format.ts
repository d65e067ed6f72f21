/** Text for the numbers and names shown on the page. */

import type { FieldValue, InstanceInfo, ModelInfo, Quantization } from "./types";

const INTEGER = new Intl.NumberFormat("en-US");
const ONE_DECIMAL = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const UP_TO_ONE_DECIMAL = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const US_DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

export const formatCount = (count: number): string => INTEGER.format(count);

/** Always with one decimal, so that the figures of a column line up. */
export const formatGib = (gib: number): string => `${ONE_DECIMAL.format(gib)} GiB`;

export const formatPrice = (usdPerHour: number, region?: string): string =>
  `${US_DOLLARS.format(usdPerHour)}/hour${region === undefined ? "" : ` in ${region}`}`;

export const formatQuantization = (quantization: Quantization): string =>
  quantization?.toUpperCase() ?? "None";

/** The value of any form field. */
export function formatValue(value: FieldValue): string {
  switch (typeof value) {
    case "number":
      return formatCount(value);
    case "boolean":
      return value ? "Yes" : "No";
    case "string":
      return value === "auto" ? "Auto" : value.replace("_", " ").toUpperCase();
    default:
      return "None";
  }
}

/** The accelerators of an instance and their total memory: `4 × A10G, 96 GiB`. */
export function formatAccelerators(instance: InstanceInfo): string {
  const { accelerator_count: count, accelerator_name: name, accelerator_memory_gib: memory } = instance;
  return `${count} × ${name}, ${UP_TO_ONE_DECIMAL.format(memory)} GiB`;
}

/** The parameter count and precision of a model, as far as they are known: `7.2B params`, `BF16`. */
export function modelDetails(model: ModelInfo): string[] {
  const { parameter_count: count, native_dtype: dtype, quantization: method } = model;
  return [
    ...(count === null ? [] : [`${formatParameters(count)} params`]),
    ...(method !== undefined ? [formatMethod(method)] : dtype === null ? [] : [formatDtype(dtype)]),
  ];
}

const DTYPES: Partial<Record<string, string>> = { bfloat16: "BF16", float16: "FP16", float32: "FP32" };

/** The usual short name of a dtype; PyTorch's name if it has none. */
export function formatDtype(dtype: string): string {
  return DTYPES[dtype] ?? dtype;
}

const ABBREVIATED_METHODS = ["awq", "fp8", "gptq", "mxfp4", "mxfp8", "nvfp4"];

/** vLLM's name of a quantization method, in capitals where it is an abbreviation. */
export function formatMethod(method: string): string {
  return ABBREVIATED_METHODS.includes(method) ? method.toUpperCase() : method;
}

function formatParameters(count: number): string {
  return count < 1e9 ? `${UP_TO_ONE_DECIMAL.format(count / 1e6)}M` : `${ONE_DECIMAL.format(count / 1e9)}B`;
}
