import type { RefObject } from "react";

import { SuggestionResult } from "../components/SuggestionResult";
import { MUTED, TEXT_BUTTON } from "../components/styles";
import { isFeasible, isTooLarge } from "../types";
import type { RecommendResponse } from "../types";
import type { Suggestion } from "../useSuggestion";

interface ResultColumnProps {
  columnRef: RefObject<HTMLElement>;
  suggestion: Suggestion;
}

/** The result of Suggest Config: next to the form on wide screens, where it stays in view, and below it on others. */
export function ResultColumn({ columnRef, suggestion }: ResultColumnProps) {
  return (
    <section
      ref={columnRef}
      tabIndex={-1}
      aria-label="Suggested configuration"
      className="flex scroll-mt-4 flex-col gap-4 outline-none min-[1100px]:sticky min-[1100px]:top-6 min-[1100px]:max-h-[calc(100vh-3rem)] min-[1100px]:overflow-y-auto"
    >
      {!suggestion.recommendation && <Placeholder />}
      <SuggestionResult suggestion={suggestion} />
    </section>
  );
}

/** What will be shown here, on wide screens. */
function Placeholder() {
  return (
    <div
      className={`hidden rounded-xl border border-dashed border-slate-300 px-6 py-16 text-center min-[1100px]:block dark:border-slate-700 ${MUTED}`}
    >
      <p>The suggested configuration appears here:</p>
      <p>a reason for each value, the memory of one GPU, and the vllm serve command.</p>
    </div>
  );
}

/** A button that leads to the result where it is below the form. */
export function ResultLink({ columnRef, suggestion: { recommendation } }: ResultColumnProps) {
  if (!recommendation) {
    return null;
  }
  return (
    <p className={`text-center text-sm min-[1100px]:hidden ${MUTED}`}>
      {!isFeasible(recommendation) && "No configuration can be recommended. "}
      <button
        type="button"
        onClick={() => {
          columnRef.current?.scrollIntoView();
          columnRef.current?.focus({ preventScroll: true });
        }}
        className={TEXT_BUTTON}
      >
        {linkText(recommendation)}
      </button>
    </p>
  );
}

function linkText(recommendation: RecommendResponse): string {
  return isFeasible(recommendation) && isTooLarge(recommendation)
    ? "Too large in native precision: see the options"
    : "See why";
}
