import { useId } from "react";

import { needsPreQuantizedCheckpoint } from "../command";
import { isFeasible } from "../types";
import type { Checkpoint, ConfigValues, FormValues, InfeasibleResponse, RecommendResponse } from "../types";
import { CheckpointList } from "./CheckpointList";
import { LargerInstanceCard, QuantizationCard } from "./OptionCard";
import { HEADING } from "./styles";

interface FeasibilityBannerProps {
  response: RecommendResponse;
  instanceType: string;
  values: FormValues;
  onApply: (values: ConfigValues) => void;
  onSwitchInstanceType?: (instanceType: string) => void;
  onSelectCheckpoint?: (checkpoint: Checkpoint) => void;
}

/** Why the model cannot run as published on the instance, and the alternatives. Empty if it can. */
export function FeasibilityBanner(props: FeasibilityBannerProps) {
  const id = useId();
  const { response, instanceType } = props;
  const title = titleOf(response, instanceType);
  if (title === undefined) {
    return null;
  }
  return (
    <section
      aria-labelledby={id}
      className="flex flex-col gap-3 rounded-xl border border-amber-300 bg-amber-50 p-3 sm:p-5 dark:border-amber-900 dark:bg-amber-950/25"
    >
      <h2 id={id} className={HEADING}>
        {title}
      </h2>
      {!isFeasible(response) &&
        [response.explanation.reason, ...(response.warnings ?? [])].map((sentence) => (
          <p key={sentence} className="text-sm text-slate-800 dark:text-slate-200">
            {sentence}
          </p>
        ))}
      <Options {...props} />
      <Checkpoints {...props} />
    </section>
  );
}

const INFEASIBLE_TITLES: Record<InfeasibleResponse["explanation"]["code"], (instanceType: string) => string> =
  {
    does_not_fit: (instanceType) => `This model does not fit on ${instanceType}`,
    neuron_not_supported: (instanceType) =>
      `AWS Neuron instances such as ${instanceType} are not yet supported`,
    unsupported_model: () => "This model cannot be benchmarked",
  };

function titleOf(response: RecommendResponse, instanceType: string): string | undefined {
  if (!isFeasible(response)) {
    return INFEASIBLE_TITLES[response.explanation.code](instanceType);
  }
  if (response.alternatives) {
    return `This model does not fit on ${instanceType} in its native precision`;
  }
  return needsPreQuantizedCheckpoint(response)
    ? "This quantization needs a pre-quantized checkpoint"
    : undefined;
}

function Options({ response, values, onApply, onSwitchInstanceType }: FeasibilityBannerProps) {
  const { alternatives = {} } = response;
  const largerInstance = alternatives.larger_instance ?? suggestedInstance(response);
  const options = [alternatives.quantization_option, alternatives.at_load_option].filter(
    (option) => option !== undefined,
  );
  if (options.length === 0 && largerInstance === undefined) {
    return null;
  }
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(min(12rem,100%),1fr))] gap-3">
      {options.map((option) => (
        <QuantizationCard
          key={option.vllm_args.join(" ")}
          option={option}
          values={values}
          onApply={onApply}
        />
      ))}
      {largerInstance !== undefined && (
        <LargerInstanceCard
          instanceType={largerInstance}
          info={alternatives.larger_instance_info}
          onSwitch={onSwitchInstanceType}
        />
      )}
    </div>
  );
}

function suggestedInstance(response: RecommendResponse): string | undefined {
  return isFeasible(response) ? undefined : response.explanation.suggested_instance;
}

function Checkpoints({ response, onSelectCheckpoint }: FeasibilityBannerProps) {
  const option = response.alternatives?.quantization_option;
  const isNeeded =
    option?.requires_pre_quantized === true ||
    (isFeasible(response) && needsPreQuantizedCheckpoint(response));
  if (!isNeeded) {
    return null;
  }
  const checkpoints = (isFeasible(response) ? response.checkpoints : undefined) ?? option?.checkpoints;
  return checkpoints ? (
    <CheckpointList checkpoints={checkpoints} onSelect={onSelectCheckpoint} />
  ) : (
    <p className="text-sm text-slate-700 dark:text-slate-300">
      The Hugging Face Hub could not be searched for pre-quantized checkpoints. Try again in a moment.
    </p>
  );
}
