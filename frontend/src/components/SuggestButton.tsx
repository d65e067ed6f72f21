import { isFeasible } from "../types";
import type { Suggestion } from "../useSuggestion";
import { ErrorMessage } from "./ErrorMessage";
import { Spinner } from "./Spinner";
import { MUTED, PRIMARY_BUTTON } from "./styles";

export interface SuggestButtonProps {
  suggestion: Suggestion;
}

/** The Suggest Config button, and below it the error if the recommendation could not be fetched. */
export function SuggestButton({ suggestion }: SuggestButtonProps) {
  const { model, instanceType, error } = suggestion;
  const isReady = model !== "" && instanceType !== "";
  const hintId = `${suggestion.buttonId}-hint`;
  return (
    <div className="flex flex-col gap-1.5">
      <Button suggestion={suggestion} isReady={isReady} hintId={hintId} />
      {!isReady && (
        <p id={hintId} className={`text-center text-sm ${MUTED}`}>
          Select a model and an instance type first.
        </p>
      )}
      <p role="status" className="sr-only">
        {statusText(suggestion)}
      </p>
      {error && <ErrorMessage error={error} />}
    </div>
  );
}

/** While a request is pending, clicks are ignored; disabling the button would take the focus away from it. */
function Button({
  suggestion: { buttonId, isLoading, suggest },
  isReady,
  hintId,
}: SuggestButtonProps & { isReady: boolean; hintId: string }) {
  return (
    <button
      id={buttonId}
      type="button"
      disabled={!isReady}
      aria-disabled={!isReady || isLoading}
      aria-busy={isLoading}
      aria-describedby={isReady ? undefined : hintId}
      onClick={() => {
        if (!isLoading) {
          suggest();
        }
      }}
      className={`w-full ${PRIMARY_BUTTON}`}
    >
      {isLoading && <Spinner />}
      Suggest Config
    </button>
  );
}

function statusText({ appliedOption, isLoading, recommendation, error }: Suggestion): string {
  if (isLoading) {
    return "Loading the recommended configuration.";
  }
  if (error || !recommendation) {
    return "";
  }
  if (appliedOption !== undefined) {
    return `${appliedOption} applied to the form.`;
  }
  return isFeasible(recommendation)
    ? "Recommended configuration applied to the form."
    : "No configuration can be recommended.";
}
