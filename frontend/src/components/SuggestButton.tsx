import { useId, type RefObject } from "react";

import type { Suggestion } from "../useSuggestion";
import { Spinner } from "./Spinner";
import { MUTED, PRIMARY_BUTTON } from "./styles";

interface SuggestButtonProps {
  buttonRef: RefObject<HTMLButtonElement>;
  suggestion: Suggestion;
  onClick: () => void;
}

/** While a request is pending, clicks are ignored; disabling the button would take the focus away from it. */
export function SuggestButton({ buttonRef, suggestion, onClick }: SuggestButtonProps) {
  const id = useId();
  const { model, instanceType, isLoading, suggest } = suggestion;
  const isReady = model !== "" && instanceType !== "";
  const handleClick = () => {
    if (!isLoading) {
      onClick();
      suggest();
    }
  };
  return (
    <div className="flex flex-col gap-1.5">
      <button
        ref={buttonRef}
        type="button"
        disabled={!isReady}
        aria-disabled={!isReady || isLoading}
        aria-busy={isLoading}
        aria-describedby={isReady ? undefined : id}
        onClick={handleClick}
        className={`w-full ${PRIMARY_BUTTON}`}
      >
        {isLoading && <Spinner />}
        Suggest Config
      </button>
      {!isReady && (
        <p id={id} className={`text-center text-sm ${MUTED}`}>
          Select a model and an instance type first.
        </p>
      )}
    </div>
  );
}
