/** The public API of the `suggest-config` package. */

export { getRecommendation, RecommendError, type ErrorCode, type RequestOptions } from "./api";
export { FieldWarning, type FieldWarningProps } from "./components/FieldWarning";
export { SuggestButton, type SuggestButtonProps } from "./components/SuggestButton";
export { SuggestConfig, type SuggestConfigProps } from "./components/SuggestConfig";
export { SuggestionResult, type SuggestionResultProps } from "./components/SuggestionResult";
export { CONFIG_FIELDS } from "./configuration";
export type * from "./types";
export { isFeasible } from "./types";
export {
  useRecommendation,
  type RecommendRequest,
  type RequestState,
  type Selection,
  type SettledState,
  type UseRecommendationResult,
} from "./useRecommendation";
export { useSuggestion, type Suggestion, type UseSuggestionOptions } from "./useSuggestion";
export type { ConfigWarnings } from "./warnings";
