import { useId } from "react";

import { needsCheckpoint } from "../command";
import { isFeasible } from "../types";
import type { Checkpoint, ConfigValues, FormValues, Infeasible, RecommendResponse } from "../types";
import { CheckpointList } from "./CheckpointList";
import { LargerInstanceCard, QuantizationCard } from "./OptionCard";
import { HEADING } from "./styles";

interface FeasibilityBannerProps {
  answer: RecommendResponse;
  instanceType: string;
  values: FormValues;
  onApply: (values: ConfigValues) => void;
  onSwitch?: (instanceType: string) => void;
  onChoose?: (checkpoint: Checkpoint) => void;
}

/** That the model does not run as it is on the instance, and the ways out; nothing where it does. */
export function FeasibilityBanner(props: FeasibilityBannerProps) {
  const id = useId();
  const { answer, instanceType } = props;
  const title = titleOf(answer, instanceType);
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
      {!isFeasible(answer) &&
        [answer.explanation.reason, ...(answer.warnings ?? [])].map((sentence) => (
          <p key={sentence} className="text-sm text-slate-800 dark:text-slate-200">
            {sentence}
          </p>
        ))}
      <Options {...props} />
      <Checkpoints {...props} />
    </section>
  );
}

const TITLES: Record<Infeasible["explanation"]["code"], (instanceType: string) => string> = {
  does_not_fit: (instanceType) => `The model does not fit on ${instanceType}`,
  neuron_not_supported: (instanceType) =>
    `AWS Neuron devices like those of ${instanceType} are not yet supported`,
  unsupported_model: () => "This model cannot be benchmarked",
};

function titleOf(answer: RecommendResponse, instanceType: string): string | undefined {
  if (!isFeasible(answer)) {
    return TITLES[answer.explanation.code](instanceType);
  }
  if (answer.alternatives) {
    return `As it is, the model does not fit on ${instanceType}`;
  }
  return needsCheckpoint(answer) ? "This quantization needs another checkpoint" : undefined;
}

function Options({ answer, values, onApply, onSwitch }: FeasibilityBannerProps) {
  const { alternatives = {} } = answer;
  const larger = alternatives.larger_instance ?? suggestedInstance(answer);
  const options = [alternatives.quantization_option, alternatives.at_load_option].filter(
    (each) => each !== undefined,
  );
  if (options.length === 0 && larger === undefined) {
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
      {larger !== undefined && (
        <LargerInstanceCard name={larger} info={alternatives.larger_instance_info} onSwitch={onSwitch} />
      )}
    </div>
  );
}

function suggestedInstance(answer: RecommendResponse): string | undefined {
  return isFeasible(answer) ? undefined : answer.explanation.suggested_instance;
}

function Checkpoints({ answer, onChoose }: FeasibilityBannerProps) {
  const option = answer.alternatives?.quantization_option;
  const needed = option?.requires_pre_quantized === true || (isFeasible(answer) && needsCheckpoint(answer));
  const own = isFeasible(answer) ? answer.checkpoints : undefined;
  const checkpoints = own ?? option?.checkpoints;
  if (!needed) {
    return null;
  }
  return checkpoints ? (
    <CheckpointList checkpoints={checkpoints} onChoose={onChoose} />
  ) : (
    <p className="text-sm text-slate-700 dark:text-slate-300">
      The Hub could not be asked for checkpoints that are quantized already. Suggest again in a moment.
    </p>
  );
}
