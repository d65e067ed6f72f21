import { useState } from "react";

import { Spinner } from "../components/Spinner";
import { PRIMARY_BUTTON } from "../components/styles";
import { ModelField } from "../run/ModelField";
import { TokenField } from "../run/TokenField";
import { invalidFields } from "../validation";
import { subjectKey, type Subject } from "./query";
import type { ComparisonState } from "./useComparison";
import { WorkloadFields } from "./WorkloadFields";

interface CompareFormProps {
  /** What the page compares, which the fields start with. */
  subject: Subject;
  state: ComparisonState;
  hfToken: string;
  onTokenChange: (hfToken: string) => void;
  onSubmit: (subject: Subject) => void;
}

/** The model, the token and the workload. Enter in any field submits. */
export function CompareForm({ subject, state, hfToken, onTokenChange, onSubmit }: CompareFormProps) {
  const [draft, setDraft] = useState(subject);
  const [lastKey, setLastKey] = useState(subjectKey(subject));
  if (subjectKey(subject) !== lastKey) {
    setLastKey(subjectKey(subject));
    setDraft(subject);
  }
  const { model, workload } = draft;
  const isLoading = state.status === "loading";
  const code = state.status === "error" ? state.error.code : undefined;
  const isValid = Object.keys(invalidFields(workload.values)).length === 0;
  const submit = () => {
    if (model !== "" && isValid && !isLoading) {
      onSubmit({ model, workload });
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      noValidate
      className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] lg:items-start"
    >
      <ModelField value={model} onChange={(text) => setDraft({ ...draft, model: text })} onEnter={submit} />
      <TokenField
        value={hfToken}
        onChange={onTokenChange}
        isNeeded={code === "model_gated" || code === "hf_token_rejected"}
        action="Compare"
      />
      <WorkloadFields workload={workload} onChange={(changed) => setDraft({ ...draft, workload: changed })} />
      <button
        type="submit"
        disabled={model === "" || !isValid}
        aria-disabled={model === "" || !isValid || isLoading}
        aria-busy={isLoading}
        className={`h-11 lg:col-start-3 lg:row-start-1 lg:mt-6 lg:min-w-36 ${PRIMARY_BUTTON}`}
      >
        {isLoading && <Spinner />}
        Compare
      </button>
    </form>
  );
}
