/** Numbers as people read them. */

import type { InstanceInfo, ModelInfo, Quantization } from "./types";

const COUNT = new Intl.NumberFormat("en-US");
const ONE_DECIMAL = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const AT_MOST_ONE_DECIMAL = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

export const countText = (count: number): string => COUNT.format(count);

/** With one decimal always, for figures that stand below each other. */
export const gibText = (gib: number): string => `${ONE_DECIMAL.format(gib)} GiB`;

/** With a decimal only where there is one, for sizes that are whole by nature. */
export const sizeText = (gib: number): string => `${AT_MOST_ONE_DECIMAL.format(gib)} GiB`;

export const priceText = (usdPerHour: number, region?: string): string =>
  `${DOLLARS.format(usdPerHour)} an hour${region === undefined ? "" : ` in ${region}`}`;

export const quantizationText = (quantization: Quantization): string => quantization?.toUpperCase() ?? "None";

/** A value of the form, in words. */
export function valueText(value: number | Quantization): string {
  return typeof value === "number" ? countText(value) : quantizationText(value);
}

export function hardwareText(instance: InstanceInfo): string {
  const { accelerator_count: count, accelerator_name: name, accelerator_memory_gib: memory } = instance;
  return `${count} × ${name}, ${sizeText(memory)}`;
}

/** What is known of a model beside its name; empty where nothing is. */
export function modelFacts(model: ModelInfo): string[] {
  return [
    ...(model.parameter_count === null ? [] : [`${parametersText(model.parameter_count)} parameters`]),
    ...(model.native_dtype === null ? [] : [model.native_dtype]),
  ];
}

function parametersText(count: number): string {
  return count < 1e9
    ? `${AT_MOST_ONE_DECIMAL.format(count / 1e6)} M`
    : `${ONE_DECIMAL.format(count / 1e9)} B`;
}
