import { useId } from "react";

import { needsPreQuantizedCheckpoint } from "../command";
import { formatDtype, formatMethod } from "../format";
import { isFeasible, isTooLarge } from "../types";
import type {
  Change,
  Checkpoint,
  FormValues,
  InfeasibleResponse,
  QuantizationOption,
  RecommendResponse,
} from "../types";
import { argumentsOf, ChangeList } from "./ChangeList";
import { CheckpointList } from "./CheckpointList";
import { LinkedText } from "./LinkedText";
import { LargerInstanceCard, QuantizationCard } from "./OptionCard";
import { HEADING } from "./styles";

interface FeasibilityBannerProps {
  /** The response without the values of the form. Its options are shown. */
  recommendation: RecommendResponse;
  /** The response to the values of the form. */
  current: RecommendResponse;
  model: string;
  instanceType: string;
  values: FormValues;
  /** Fills the form with an option. `name` is for its announcement. */
  onApply: (option: QuantizationOption | Change, name: string) => void;
  onSwitchInstanceType?: (instanceType: string) => void;
  onSelectCheckpoint?: (checkpoint: Checkpoint) => void;
}

/** Why the model cannot run as published on the instance, and the alternatives. Empty if it can. */
export function FeasibilityBanner(props: FeasibilityBannerProps) {
  const id = useId();
  const title = titleOf(props);
  if (title === undefined) {
    return null;
  }
  return (
    <section
      aria-labelledby={id}
      className="@container flex flex-col gap-4 rounded-xl border border-amber-300 bg-amber-50 p-4 sm:p-5 dark:border-amber-900 dark:bg-amber-950/25"
    >
      <h2 id={id} className={HEADING}>
        {title}
      </h2>
      <Reason {...props} />
      <Options {...props} />
      <Checkpoints {...props} />
      <Changes {...props} />
    </section>
  );
}

function titleOf({ recommendation, current, instanceType }: FeasibilityBannerProps): string | undefined {
  const infeasible = [current, recommendation].find((response) => !isFeasible(response));
  if (infeasible && !isFeasible(infeasible)) {
    return infeasibleTitle(infeasible, instanceType);
  }
  if (isTooLarge(recommendation)) {
    return tooLarge(recommendation, instanceType);
  }
  return isFeasible(current) && needsPreQuantizedCheckpoint(current)
    ? "This quantization needs a pre-quantized checkpoint"
    : undefined;
}

function infeasibleTitle(response: InfeasibleResponse, instanceType: string): string {
  switch (response.explanation.code) {
    case "does_not_fit":
      return tooLarge(response, instanceType);
    case "neuron_not_supported":
      return `AWS Neuron instances such as ${instanceType} are not yet supported`;
    case "unsupported_model":
      return "This model cannot be benchmarked";
  }
}

function tooLarge({ model_info: model }: RecommendResponse, instanceType: string): string {
  const { native_dtype: dtype, quantization: method } = model ?? {};
  if (method !== undefined) {
    // It may be too large, or the GPU may lack kernels for its quantization.
    return `Model does not run on ${instanceType} in its ${formatMethod(method)} quantization`;
  }
  return `Model too large for native ${dtype ? formatDtype(dtype) : "precision"} on ${instanceType}`;
}

/** Why there is no configuration. */
function Reason({ recommendation, current }: FeasibilityBannerProps) {
  const response = isFeasible(current) ? recommendation : current;
  if (isFeasible(response)) {
    return null;
  }
  return [response.explanation.reason, ...(response.warnings ?? [])].map((sentence) => (
    <p key={sentence} className="text-sm text-slate-800 dark:text-slate-200">
      <LinkedText text={sentence} />
    </p>
  ));
}

const LETTERS = ["A", "B", "C"] as const;

/** The options side by side, with letters in their order if there are several. */
function Options({ recommendation, values, onApply, onSwitchInstanceType }: FeasibilityBannerProps) {
  const { alternatives = {} } = recommendation;
  const largerInstance = alternatives.larger_instance ?? suggestedInstance(recommendation);
  const quantized = [alternatives.quantization_option, alternatives.at_load_option].filter(
    (option) => option !== undefined,
  );
  if (quantized.length === 0 && largerInstance === undefined) {
    return null;
  }
  const isOne = quantized.length + (largerInstance === undefined ? 0 : 1) === 1;
  const letterOf = (index: number) => (isOne ? undefined : LETTERS[index]);
  return (
    <div className="grid gap-2 @min-[30rem]:grid-cols-[repeat(auto-fit,minmax(11rem,1fr))]">
      {quantized.map((option, index) => (
        <QuantizationCard
          key={option.vllm_args.join(" ")}
          letter={letterOf(index)}
          option={option}
          values={values}
          onApply={onApply}
        />
      ))}
      {largerInstance !== undefined && (
        <LargerInstanceCard
          letter={letterOf(quantized.length)}
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

function Changes({ recommendation, model, values, onApply }: FeasibilityBannerProps) {
  const { changes = [], quantization_option: quantized } = recommendation.alternatives ?? {};
  return changes.length === 0 ? null : (
    <ChangeList
      title={`Or ${quantized ? "keep the native precision and " : ""}change ${argumentsOf(changes)}`}
      changes={changes}
      model={model}
      values={values}
      onApply={onApply}
    />
  );
}

function Checkpoints({ recommendation, current, onSelectCheckpoint }: FeasibilityBannerProps) {
  const option = recommendation.alternatives?.quantization_option;
  const needing = isFeasible(current) && needsPreQuantizedCheckpoint(current) ? current : undefined;
  if (!needing && option?.requires_pre_quantized !== true) {
    return null;
  }
  const checkpoints = needing ? needing.checkpoints : option?.checkpoints;
  return checkpoints ? (
    <CheckpointList checkpoints={checkpoints} onSelect={onSelectCheckpoint} />
  ) : (
    <p className="text-sm text-slate-700 dark:text-slate-300">
      The Hugging Face Hub could not be searched for pre-quantized checkpoints. Try again in a moment.
    </p>
  );
}
