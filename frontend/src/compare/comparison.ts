/** The rows of a comparison, and the text of their values. */

import { formatCount, formatDtype } from "../format";
import type { components } from "../schema";
import type { ModelInfo, WarningCode } from "../types";

export type Comparison = components["schemas"]["Comparison"];
export type FeasibleInstance = components["schemas"]["FeasibleInstance"];
export type InfeasibleInstance = components["schemas"]["InfeasibleInstance"];
export type InstanceRow = FeasibleInstance | InfeasibleInstance;

export const isFeasibleRow = (row: InstanceRow): row is FeasibleInstance => row.feasible;

export function hasPrices(rows: readonly InstanceRow[]): boolean {
  return rows.some((row) => isFeasibleRow(row) && row.usd_per_hour !== undefined);
}

const US_DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const US_DOLLARS_PER_REQUEST = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 4,
});

export const formatUsd = (usd: number): string => US_DOLLARS.format(usd);

/** With four decimals: a large GPU holds thousands of requests of a small model. */
export const formatUsdPerRequest = (usd: number): string => US_DOLLARS_PER_REQUEST.format(usd);

export const formatRequests = (count: number): string =>
  `${formatCount(count)} ${count === 1 ? "request" : "requests"} at once`;

export const formatGpus = ({ accelerator_count, accelerator_name }: InstanceRow): string =>
  `${accelerator_count} × ${accelerator_name}`;

/** Where and when the prices are from: `On-demand Linux prices in us-east-1 on November 20, 2026`. */
export function priceSource(rows: readonly InstanceRow[]): string | undefined {
  const priced = rows.filter(isFeasibleRow).find(({ usd_per_hour: price }) => price !== undefined);
  if (!priced) {
    return undefined;
  }
  const { price_region: region, price_date: date } = priced;
  return [
    "On-demand Linux prices",
    ...(region === undefined ? [] : [`in ${region}`]),
    ...(date === undefined ? [] : [`on ${formatDate(date)}`]),
  ].join(" ");
}

/** `date` is a calendar day, which is the same in every time zone. */
function formatDate(date: string): string {
  return new Date(date).toLocaleDateString("en-US", { dateStyle: "long", timeZone: "UTC" });
}

/** The precision of the weights: the quantized one, or else the dtype that vLLM runs the model in. */
export function formatPrecision(row: FeasibleInstance, model: ModelInfo): string {
  if (row.quantization !== null) {
    return row.quantization.toUpperCase();
  }
  if (row.warning_codes.includes("runs_in_fp16")) {
    return "FP16";
  }
  if (row.warning_codes.includes("runs_in_fp32")) {
    return "FP32";
  }
  return model.native_dtype === null ? "Native" : formatDtype(model.native_dtype);
}

const REMARKS: Partial<Record<WarningCode, string>> = {
  memory_exceeded: "too little memory",
  context_above_limit: "context above the model's limit",
  context_above_cache: "context too long",
  workload_above_context: "requests longer than the context",
  no_fp8_cache: "no FP8 cache",
  needs_flags: "flags needed",
  lacks_wheels: "not in every vLLM wheel",
  little_host_memory: "little host memory",
  other_processors: "Arm processors",
  unknown_gpu: "estimated GPU memory",
};

/** Short forms of the warnings about an instance itself. The Run page shows all warnings in full. */
export function remarks(row: FeasibleInstance): string {
  return row.warning_codes.flatMap((code) => REMARKS[code] ?? []).join(", ");
}

/** Whether the figures of a model are estimated because its architecture is not known to the service. */
export function isEstimated(rows: readonly InstanceRow[]): boolean {
  return rows.some((row) => isFeasibleRow(row) && row.warning_codes.includes("architecture_estimated"));
}

/** Whether vLLM cannot quantize the model while loading it on this instance. */
export const needsCheckpoint = (row: FeasibleInstance): boolean =>
  row.warning_codes.includes("needs_prepared_checkpoint");
