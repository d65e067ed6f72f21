/** What another form takes from here. */

export { NO_ADVICE, type Advice, type FieldAdvice } from "./advice";
export { getRecommendation, RecommendError, type ErrorCode, type RequestOptions } from "./api";
export { FieldWarning } from "./components/FieldWarning";
export { SuggestConfig } from "./components/SuggestConfig";
export { FIELDS } from "./configuration";
export type * from "./types";
export { isFeasible } from "./types";
export { useRecommendation, type Exchange, type Question, type Recommendation } from "./useRecommendation";
export { useSuggestion, type Suggestion, type SuggestionOptions } from "./useSuggestion";
