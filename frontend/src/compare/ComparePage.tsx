import { useEffect } from "react";

import { navigate } from "../app/location";
import { ErrorMessage } from "../components/ErrorMessage";
import { Spinner } from "../components/Spinner";
import { MUTED } from "../components/styles";
import { useLatest } from "../useLatest";
import { CompareForm } from "./CompareForm";
import { ComparisonResult } from "./ComparisonResult";
import { parseState, stateUrl, subjectKey, type CompareState, type Subject } from "./query";
import { useComparison, type ComparisonState } from "./useComparison";

interface ComparePageProps {
  query: string;
  hfToken: string;
  onTokenChange: (hfToken: string) => void;
}

/** All instance types for one model, as a plot and as a table. Its state is the URL's query. */
export function ComparePage({ query, hfToken, onTokenChange }: ComparePageProps) {
  const view = parseState(query);
  const { state, compare } = useComparison();
  const latest = useLatest({ subject: view, hfToken });
  const key = subjectKey(view);

  useEffect(() => compare(latest.current.subject, latest.current.hfToken), [key, compare, latest]);

  const submit = (subject: Subject) => {
    if (subjectKey(subject) === key) {
      compare(subject, hfToken);
    } else {
      navigate(stateUrl({ ...view, ...subject }));
    }
  };
  const change = (changes: Partial<CompareState>) =>
    navigate(stateUrl({ ...view, ...changes }), { replace: true });

  return (
    <main className="mx-auto flex max-w-[78rem] flex-col gap-6 px-4 py-8">
      <header>
        <h1 className="text-2xl font-semibold tracking-tight text-slate-900 dark:text-slate-50">
          Compare Instances
        </h1>
        <p className={`mt-1 ${MUTED}`}>
          Where a model runs, how many requests each instance type holds at once, and what it costs.
        </p>
      </header>
      <CompareForm
        subject={view}
        state={state}
        hfToken={hfToken}
        onTokenChange={onTokenChange}
        onSubmit={submit}
      />
      <p role="status" className="sr-only">
        {statusText(state)}
      </p>
      <Result state={state} view={view} onChange={change} />
    </main>
  );
}

interface ResultProps {
  state: ComparisonState;
  view: CompareState;
  onChange: (changes: Partial<CompareState>) => void;
}

function Result({ state, view, onChange }: ResultProps) {
  switch (state.status) {
    case "idle":
      return null;
    case "loading":
      return (
        <p className={`flex items-center gap-2 ${MUTED}`}>
          <Spinner /> Comparing all instance types for {state.model}
        </p>
      );
    case "error":
      return <ErrorMessage error={state.error} />;
    case "success":
      return <ComparisonResult {...state} view={view} onChange={onChange} />;
  }
}

function statusText(state: ComparisonState): string {
  if (state.status === "loading") {
    return "Loading the comparison.";
  }
  if (state.status !== "success") {
    return "";
  }
  const { instances } = state.comparison;
  const feasible = instances.filter((row) => row.feasible).length;
  return `${state.model} runs on ${feasible} of ${instances.length} instance types.`;
}
