import { useId, useState, type FormEvent } from "react";

import { SuggestConfig } from "../components/SuggestConfig";
import { CARD, HEADING, MUTED, SUBMIT_BUTTON } from "../components/styles";
import { useSuggestion } from "../useSuggestion";
import { benchmarkRequest, EMPTY_FORM, type BenchmarkForm, type BenchmarkRequest } from "./benchmarkForm";
import { CONTROL, Field } from "./Field";
import { InstanceField } from "./InstanceField";
import { ModelField } from "./ModelField";
import { Parameters } from "./Parameters";
import { TokenField } from "./TokenField";
import { useScrollIntoView } from "./useScrollIntoView";

/** A form that configures a benchmark and shows the request it would send. */
export function RunPage() {
  const id = useId();
  const [form, setForm] = useState<BenchmarkForm>(EMPTY_FORM);
  const [hfToken, setHfToken] = useState("");
  const [request, setRequest] = useState<BenchmarkRequest>();
  const change = (changes: Partial<BenchmarkForm>) => {
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
    setRequest(benchmarkRequest(form));
  };
  return (
    <main className="mx-auto flex max-w-[45rem] flex-col gap-6 px-4 py-8 sm:py-12">
      <header>
        <h1 className="text-2xl font-semibold tracking-tight text-slate-900 dark:text-slate-50">
          Run Benchmark
        </h1>
        <p className={`mt-1 ${MUTED}`}>
          Select a model and an instance type. Suggest Config fills in the parameters.
        </p>
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
            suggestion={suggestion}
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
      <RequestPreview request={request} />
    </main>
  );
}

function RequestPreview({ request }: { request: BenchmarkRequest | undefined }) {
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
