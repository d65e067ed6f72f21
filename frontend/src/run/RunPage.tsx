import { useId, useState, type FormEvent } from "react";

import { SuggestConfig } from "../components/SuggestConfig";
import { CARD, HEADING, MUTED, SUBMIT_BUTTON } from "../components/styles";
import { useSuggestion } from "../useSuggestion";
import { CONTROL, Field } from "./Field";
import { EMPTY_FORM, runRequest, type RunForm, type RunRequest } from "./form";
import { InstanceField } from "./InstanceField";
import { ModelField } from "./ModelField";
import { Parameters } from "./Parameters";
import { TokenField } from "./TokenField";
import { useInSight } from "./useInSight";

/** The form of a benchmark run, and the request that it would send. */
export function RunPage() {
  const id = useId();
  const [form, setForm] = useState<RunForm>(EMPTY_FORM);
  const [hfToken, setHfToken] = useState("");
  const [request, setRequest] = useState<RunRequest>();
  const change = (changes: Partial<RunForm>) => {
    setForm((last) => ({ ...last, ...changes }));
    setRequest(undefined);
  };
  const suggestion = useSuggestion({
    ...form,
    hfToken,
    onApply: (values) => change({ values }),
    onInstanceTypeChange: (instanceType) => change({ instanceType }),
    onModelChange: (model) => change({ model }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setRequest(runRequest(form));
  };
  return (
    <main className="mx-auto flex max-w-[45rem] flex-col gap-6 px-4 py-8 sm:py-12">
      <header>
        <h1 className="text-2xl font-semibold tracking-tight text-slate-900 dark:text-slate-50">
          Run Benchmark
        </h1>
        <p className={`mt-1 ${MUTED}`}>Pick a model and an instance type; the rest can be suggested.</p>
      </header>
      <form onSubmit={submit} noValidate className="flex flex-col gap-8">
        <div className="flex flex-col gap-4">
          <ModelField value={form.model} onChange={(model) => change({ model })} />
          <TokenField onChange={setHfToken} isNeeded={suggestion.needsToken} />
          <div className="grid gap-4 sm:grid-cols-2">
            <InstanceField value={form.instanceType} onChange={(instanceType) => change({ instanceType })} />
            <Field id={`${id}-framework`} label="Framework">
              <select id={`${id}-framework`} className={CONTROL}>
                <option>vLLM</option>
              </select>
            </Field>
          </div>
          <SuggestConfig suggestion={suggestion} />
        </div>
        <section aria-labelledby={`${id}-parameters`} className="flex flex-col gap-4">
          <h2 id={`${id}-parameters`} className={HEADING}>
            Parameters
          </h2>
          <Parameters
            values={form.values}
            dataset={form.dataset}
            advice={suggestion.advice}
            onChange={(values) => change({ values })}
            onDatasetChange={(dataset) => change({ dataset })}
          />
        </section>
        <button
          type="submit"
          disabled={form.model === "" || form.instanceType === ""}
          className={SUBMIT_BUTTON}
        >
          Run Benchmark
        </button>
      </form>
      <RequestBody request={request} />
    </main>
  );
}

function RequestBody({ request }: { request: RunRequest | undefined }) {
  const section = useInSight<HTMLElement>(request !== undefined);
  return (
    <section ref={section} aria-label="Request body" aria-live="polite">
      {request && (
        <div className={CARD}>
          <h2 className={HEADING}>The request this page would send</h2>
          <pre className="mt-2 rounded-lg bg-slate-100 p-3 text-xs leading-5 break-words whitespace-pre-wrap text-slate-800 dark:bg-slate-950 dark:text-slate-200">
            {JSON.stringify(request, null, 2)}
          </pre>
        </div>
      )}
    </section>
  );
}
