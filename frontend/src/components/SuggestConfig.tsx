import { useRef, useState } from "react";

import { configValues } from "../configuration";
import { formatQuantization } from "../format";
import { isFeasible } from "../types";
import type { ConfigValues } from "../types";
import type { Suggestion } from "../useSuggestion";
import { ErrorMessage } from "./ErrorMessage";
import { ExplanationPanel } from "./ExplanationPanel";
import { FeasibilityBanner } from "./FeasibilityBanner";
import { SuggestButton } from "./SuggestButton";
import { WarningText } from "./WarningText";

export interface SuggestConfigProps {
  suggestion: Suggestion;
}

/** The Suggest Config button, and below it the recommendation or the reason why there is none. */
export function SuggestConfig({ suggestion }: SuggestConfigProps) {
  const { error, instanceType, model, overridesError, response, values } = suggestion;
  const button = useRef<HTMLButtonElement>(null);
  const [appliedText, setAppliedText] = useState("");

  /** Moves the focus to the Suggest Config button: the clicked one disappears with the current response. */
  const keepingFocus =
    <T,>(change: (value: T) => void) =>
    (value: T) => {
      setAppliedText("");
      change(value);
      button.current?.focus();
    };
  const apply = (option: ConfigValues) => {
    suggestion.apply(configValues(option));
    setAppliedText(`${formatQuantization(option.quantization)} configuration applied to the form.`);
  };
  return (
    <section aria-label="Suggested configuration" className="flex flex-col gap-4">
      <SuggestButton buttonRef={button} suggestion={suggestion} onClick={() => setAppliedText("")} />
      <p role="status" className="sr-only">
        {appliedText || statusText(suggestion)}
      </p>
      {error && <ErrorMessage error={error} />}
      {overridesError && (
        <WarningText text={`Your changes could not be checked: ${overridesError.message}`} />
      )}
      {response && (
        <FeasibilityBanner
          response={response}
          instanceType={instanceType}
          values={values}
          onApply={apply}
          onSwitchInstanceType={suggestion.switchInstanceType && keepingFocus(suggestion.switchInstanceType)}
          onSelectCheckpoint={suggestion.selectCheckpoint && keepingFocus(suggestion.selectCheckpoint)}
        />
      )}
      {response && isFeasible(response) && (
        <ExplanationPanel
          response={response}
          model={model}
          instanceType={instanceType}
          hasOverrides={suggestion.hasOverrides}
          warnings={suggestion.warnings.general}
        />
      )}
    </section>
  );
}

function statusText({ isLoading, response, error }: Suggestion): string {
  if (isLoading) {
    return "Loading the recommended configuration.";
  }
  if (error || !response) {
    return "";
  }
  return isFeasible(response)
    ? "Recommended configuration applied to the form."
    : "No configuration can be recommended.";
}
