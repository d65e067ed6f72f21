import { useId, type ReactNode } from "react";

import { holds } from "../configuration";
import { countText, gibText, hardwareText, priceText, quantizationText } from "../format";
import type { ConfigValues, FormValues, LargerInstanceInfo, QuantizationOption } from "../types";
import { ACCENT_TEXT, CARD, MUTED, SECONDARY_BUTTON, SUBHEADING } from "./styles";

interface QuantizationCardProps {
  option: QuantizationOption;
  values: FormValues;
  onApply: (values: ConfigValues) => void;
}

/** The model in fewer bits on the same instance. */
export function QuantizationCard({ option, values, onApply }: QuantizationCardProps) {
  const name = quantizationText(option.quantization);
  return (
    <OptionCard
      title={name}
      subtitle={option.requires_pre_quantized ? "quantized beforehand" : "while vLLM loads"}
      memoryGib={option.estimated_mem_gib}
      values={option}
      isInForm={holds(values, option)}
    >
      <button type="button" onClick={() => onApply(option)} className={SECONDARY_BUTTON}>
        Apply {name} Config
      </button>
    </OptionCard>
  );
}

interface LargerInstanceCardProps {
  name: string;
  info?: LargerInstanceInfo;
  onSwitch?: (instanceType: string) => void;
}

/** The model as it is on the smallest instance that holds it. */
export function LargerInstanceCard({ name, info, onSwitch }: LargerInstanceCardProps) {
  return (
    <OptionCard
      title={name}
      subtitle={info && instanceText(info)}
      memoryGib={info?.estimated_mem_gib}
      values={info}
    >
      {onSwitch && (
        <button type="button" onClick={() => onSwitch(name)} className={SECONDARY_BUTTON}>
          Switch to {name}
        </button>
      )}
    </OptionCard>
  );
}

function instanceText(info: LargerInstanceInfo): string {
  const { usd_per_hour: price, price_region: region } = info;
  return price === undefined ? hardwareText(info) : `${hardwareText(info)}, ${priceText(price, region)}`;
}

interface OptionCardProps {
  title: string;
  subtitle?: string;
  memoryGib?: number;
  values?: ConfigValues;
  isInForm?: boolean;
  children: ReactNode;
}

function OptionCard({ title, subtitle, memoryGib, values, isInForm = false, children }: OptionCardProps) {
  const id = useId();
  return (
    <div role="group" aria-labelledby={id} className={`flex flex-col gap-3 ${CARD}`}>
      <div>
        <div className="flex items-baseline justify-between gap-2">
          <h3 id={id} className={SUBHEADING}>
            {title}
          </h3>
          {isInForm && <span className={`text-xs ${ACCENT_TEXT}`}>In the form</span>}
        </div>
        <p className={`text-sm ${MUTED}`}>{subtitle}</p>
      </div>
      <dl className="flex flex-col gap-1 text-sm text-slate-800 tabular-nums dark:text-slate-200">
        {memoryGib !== undefined && <Figure label="Weights" value={gibText(memoryGib)} />}
        {values && (
          <>
            <Figure label="Tensor parallel" value={countText(values.tensor_parallel_degree)} />
            <Figure label="Max model length" value={countText(values.max_model_len)} />
            <Figure label="Concurrency" value={countText(values.concurrency)} />
          </>
        )}
      </dl>
      <div className="mt-auto flex flex-col">{children}</div>
    </div>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex justify-between gap-3">
      <dt className={MUTED}>{label}</dt>
      <dd className="font-medium">{value}</dd>
    </div>
  );
}
