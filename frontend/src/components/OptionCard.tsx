import { useId, type ReactNode } from "react";

import { FIELD_LABELS, matchesConfig } from "../configuration";
import { formatAccelerators, formatGib, formatPrice, formatQuantization, formatValue } from "../format";
import type { ConfigValues, FormValues, LargerInstanceInfo, QuantizationOption } from "../types";
import { ACCENT_TEXT, MUTED, SECONDARY_BUTTON, SUBHEADING, SURFACE } from "./styles";

interface QuantizationCardProps {
  letter?: string;
  option: QuantizationOption;
  values: FormValues;
  onApply: (option: QuantizationOption, name: string) => void;
}

/** The quantized model on the same instance. */
export function QuantizationCard({ letter, option, values, onApply }: QuantizationCardProps) {
  const name = formatQuantization(option.quantization);
  return (
    <OptionCard
      title={titleOf(letter, name)}
      subtitle={option.requires_pre_quantized ? "Pre-quantized checkpoint" : "Quantized at load"}
      weightsGib={option.estimated_mem_gib}
      config={option}
      isApplied={matchesConfig(values, option)}
    >
      <button
        type="button"
        onClick={() => onApply(option, `${name} configuration`)}
        className={SECONDARY_BUTTON}
      >
        Apply {name} Config
      </button>
    </OptionCard>
  );
}

interface LargerInstanceCardProps {
  letter?: string;
  instanceType: string;
  info?: LargerInstanceInfo;
  onSwitch?: (instanceType: string) => void;
}

/** The model in its native precision on a larger instance. */
export function LargerInstanceCard({ letter, instanceType, info, onSwitch }: LargerInstanceCardProps) {
  return (
    <OptionCard
      title={titleOf(letter, instanceType)}
      subtitle={info && instanceDetails(info)}
      weightsGib={info?.estimated_mem_gib}
      config={info}
    >
      {onSwitch && (
        <button type="button" onClick={() => onSwitch(instanceType)} className={SECONDARY_BUTTON}>
          Switch to {instanceType}
        </button>
      )}
    </OptionCard>
  );
}

function titleOf(letter: string | undefined, name: string): string {
  return letter === undefined ? name : `Option ${letter}: ${name}`;
}

function instanceDetails(info: LargerInstanceInfo): string {
  const { usd_per_hour: price, price_region: region } = info;
  const accelerators = formatAccelerators(info);
  return price === undefined ? accelerators : `${accelerators}, ${formatPrice(price, region)}`;
}

interface OptionCardProps {
  title: string;
  subtitle?: string;
  weightsGib?: number;
  config?: ConfigValues;
  isApplied?: boolean;
  children: ReactNode;
}

const SHOWN_FIELDS = ["tensor_parallel_degree", "max_model_len", "concurrency"] as const;

function OptionCard({ title, subtitle, weightsGib, config, isApplied = false, children }: OptionCardProps) {
  const id = useId();
  const isOnSeveral = config !== undefined && config.tensor_parallel_degree > 1;
  return (
    <div role="group" aria-labelledby={id} className={`flex flex-col gap-3 px-2.5 py-3 ${SURFACE}`}>
      <div>
        <div className="flex flex-wrap justify-between gap-x-2 text-sm">
          <h3 id={id} className={SUBHEADING}>
            {title}
          </h3>
          {isApplied && <p className={ACCENT_TEXT}>Applied</p>}
        </div>
        {subtitle !== undefined && <p className={`text-sm ${MUTED}`}>{subtitle}</p>}
      </div>
      <dl className="mt-auto flex flex-col gap-1 text-sm text-slate-800 tabular-nums dark:text-slate-200">
        {weightsGib !== undefined && (
          <Figure label={isOnSeveral ? "Weights on all GPUs" : "Weights"} value={formatGib(weightsGib)} />
        )}
        {config &&
          SHOWN_FIELDS.map((field) => (
            <Figure key={field} label={FIELD_LABELS[field]} value={formatValue(config[field])} />
          ))}
      </dl>
      <div className="flex flex-col">{children}</div>
    </div>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex justify-between gap-1.5">
      <dt className={MUTED}>{label}</dt>
      <dd className="font-medium">{value}</dd>
    </div>
  );
}
