/** The public API of the `suggest-config` package. */

export { getRecommendation, RecommendError, type ErrorCode, type RequestOptions } from "./api";
export { FieldWarning, type FieldWarningProps } from "./components/FieldWarning";
export { SuggestConfig, type SuggestConfigProps } from "./components/SuggestConfig";
export { CONFIG_FIELDS } from "./configuration";
export type * from "./types";
export { isFeasible } from "./types";
export {
  useRecommendation,
  type RecommendRequest,
  type RequestState,
  type SettledState,
  type UseRecommendationResult,
} from "./useRecommendation";
export { useSuggestion, type Suggestion, type UseSuggestionOptions } from "./useSuggestion";
export type { ConfigWarnings } from "./warnings";
