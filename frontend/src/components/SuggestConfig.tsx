import type { Suggestion } from "../useSuggestion";
import { SuggestButton } from "./SuggestButton";
import { SuggestionResult } from "./SuggestionResult";

export interface SuggestConfigProps {
  suggestion: Suggestion;
}

/** The Suggest Config button, and below it the result. */
export function SuggestConfig({ suggestion }: SuggestConfigProps) {
  return (
    <section aria-label="Suggested configuration" className="flex flex-col gap-4">
      <SuggestButton suggestion={suggestion} />
      <SuggestionResult suggestion={suggestion} />
    </section>
  );
}
