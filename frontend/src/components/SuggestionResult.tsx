import { configValues } from "../configuration";
import { isFeasible } from "../types";
import type { Suggestion } from "../useSuggestion";
import { ExplanationPanel } from "./ExplanationPanel";
import { FeasibilityBanner } from "./FeasibilityBanner";
import { WarningText } from "./WarningText";

export interface SuggestionResultProps {
  suggestion: Suggestion;
}

/** The options if the model does not fit as it is, and the explanation of the form's configuration. Empty at first. */
export function SuggestionResult({ suggestion }: SuggestionResultProps) {
  const { checkError, current, recommendation, switchInstanceType, selectCheckpoint } = suggestion;

  /** Moves the focus to the Suggest Config button: the clicked one disappears with the current response. */
  const keepingFocus =
    <T,>(change: (value: T) => void) =>
    (value: T) => {
      change(value);
      document.getElementById(suggestion.buttonId)?.focus();
    };
  if (!recommendation || !current) {
    return null;
  }
  return (
    <>
      {checkError && <WarningText text={`Your changes could not be checked: ${checkError.message}`} />}
      <FeasibilityBanner
        recommendation={recommendation}
        current={current}
        model={suggestion.model}
        instanceType={suggestion.instanceType}
        values={suggestion.values}
        onApply={(option, name) => suggestion.apply(configValues(option), name)}
        onSwitchInstanceType={switchInstanceType && keepingFocus(switchInstanceType)}
        onSelectCheckpoint={selectCheckpoint && keepingFocus(selectCheckpoint)}
      />
      {isFeasible(current) && <ExplanationPanel suggestion={suggestion} current={current} />}
    </>
  );
}
