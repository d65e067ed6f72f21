import type { RecommendError } from "../api";
import { LinkedText } from "./LinkedText";

/** The message of a failed request. */
export function ErrorMessage({ error }: { error: RecommendError }) {
  return (
    <p
      role="alert"
      className="rounded-lg border border-red-300 bg-red-50 px-4 py-3 text-sm text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100"
    >
      <LinkedText text={error.message} />
    </p>
  );
}
