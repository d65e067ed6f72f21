import { useRef, useState } from "react";

import { valuesOf } from "../configuration";
import { quantizationText } from "../format";
import { isFeasible } from "../types";
import type { ConfigValues } from "../types";
import type { Suggestion } from "../useSuggestion";
import { ErrorMessage } from "./ErrorMessage";
import { ExplanationPanel } from "./ExplanationPanel";
import { FeasibilityBanner } from "./FeasibilityBanner";
import { SuggestButton } from "./SuggestButton";
import { WarningText } from "./WarningText";

/** The button that fills the form, and below it what came of that. */
export function SuggestConfig({ suggestion }: { suggestion: Suggestion }) {
  const { answer, error, instanceType, judgementError, model, values } = suggestion;
  const button = useRef<HTMLButtonElement>(null);
  const [applied, setApplied] = useState("");

  /** The button that was pressed goes away with the answer it belongs to. */
  const keepingFocus =
    <T,>(change: (value: T) => void) =>
    (value: T) => {
      setApplied("");
      change(value);
      button.current?.focus();
    };
  const apply = (option: ConfigValues) => {
    suggestion.apply(valuesOf(option));
    setApplied(`The ${quantizationText(option.quantization)} configuration is in the form.`);
  };
  return (
    <section aria-label="Suggested configuration" className="flex flex-col gap-4">
      <SuggestButton buttonRef={button} suggestion={suggestion} onPress={() => setApplied("")} />
      <p role="status" className="sr-only">
        {applied || statusText(suggestion)}
      </p>
      {error && <ErrorMessage error={error} />}
      {judgementError && <WarningText text={`Your changes could not be judged: ${judgementError.message}`} />}
      {answer && (
        <FeasibilityBanner
          answer={answer}
          instanceType={instanceType}
          values={values}
          onApply={apply}
          onSwitch={suggestion.switchInstance && keepingFocus(suggestion.switchInstance)}
          onChoose={suggestion.chooseCheckpoint && keepingFocus(suggestion.chooseCheckpoint)}
        />
      )}
      {answer && isFeasible(answer) && (
        <ExplanationPanel
          answer={answer}
          model={model}
          instanceType={instanceType}
          isAdjusted={suggestion.isAdjusted}
          warnings={suggestion.advice.general}
        />
      )}
    </section>
  );
}

function statusText({ loading, answer, error }: Suggestion): string {
  if (loading) {
    return "Asking for a configuration.";
  }
  if (error || !answer) {
    return "";
  }
  return isFeasible(answer) ? "The configuration is in the form." : "There is no configuration.";
}
