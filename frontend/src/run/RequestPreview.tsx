import { CARD, HEADING, MUTED } from "../components/styles";
import type { BenchmarkRequest } from "./benchmarkForm";
import { useScrollIntoView } from "./useScrollIntoView";

/** The request that the form would send. */
export function RequestPreview({ request }: { request: BenchmarkRequest | undefined }) {
  const section = useScrollIntoView<HTMLElement>(request !== undefined);
  return (
    <section ref={section} aria-label="Request preview" aria-live="polite">
      {request && (
        <div className={CARD}>
          <h2 className={HEADING}>Request Preview</h2>
          <p className={`mt-1 text-sm ${MUTED}`}>
            A benchmark platform would receive this request. This page does not send it.
          </p>
          <pre className="mt-2 rounded-lg bg-slate-100 p-3 text-xs leading-5 break-words whitespace-pre-wrap text-slate-800 dark:bg-slate-950 dark:text-slate-200">
            {JSON.stringify(request, null, 2)}
          </pre>
        </div>
      )}
    </section>
  );
}
