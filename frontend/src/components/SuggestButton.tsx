import { useId, type RefObject } from "react";

import type { Suggestion } from "../useSuggestion";
import { Spinner } from "./Spinner";
import { MUTED, PRIMARY_BUTTON } from "./styles";

interface SuggestButtonProps {
  buttonRef: RefObject<HTMLButtonElement>;
  suggestion: Suggestion;
  onPress: () => void;
}

/** While it waits for an answer the button keeps the focus, so it is not disabled but does nothing. */
export function SuggestButton({ buttonRef, suggestion, onPress }: SuggestButtonProps) {
  const id = useId();
  const { model, instanceType, loading, suggest } = suggestion;
  const isReady = model !== "" && instanceType !== "";
  const press = () => {
    if (!loading) {
      onPress();
      suggest();
    }
  };
  return (
    <div className="flex flex-col gap-1.5">
      <button
        ref={buttonRef}
        type="button"
        disabled={!isReady}
        aria-disabled={!isReady || loading}
        aria-busy={loading}
        aria-describedby={isReady ? undefined : id}
        onClick={press}
        className={`w-full ${PRIMARY_BUTTON}`}
      >
        {loading && <Spinner />}
        Suggest Config
      </button>
      {!isReady && (
        <p id={id} className={`text-center text-sm ${MUTED}`}>
          Choose a model and an instance type first.
        </p>
      )}
    </div>
  );
}
