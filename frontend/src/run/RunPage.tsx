import { useEffect, useId, useRef, useState, type FormEvent } from "react";

import { Link } from "../app/Link";
import { pageUrl } from "../app/location";
import { SuggestButton } from "../components/SuggestButton";
import { ACCENT_TEXT, LINK, MUTED, SUBMIT_BUTTON } from "../components/styles";
import { useLatest } from "../useLatest";
import { useSuggestion } from "../useSuggestion";
import { invalidFields } from "../validation";
import { benchmarkRequest, type BenchmarkForm, type BenchmarkRequest } from "./benchmarkForm";
import { formFromQuery } from "./formFromQuery";
import { InstanceField } from "./InstanceField";
import { ModelField } from "./ModelField";
import { Parameters } from "./Parameters";
import { RequestPreview } from "./RequestPreview";
import { ResultColumn, ResultLink } from "./ResultColumn";
import { TokenField } from "./TokenField";

interface RunPageProps {
  hfToken: string;
  onTokenChange: (hfToken: string) => void;
}

/** A form that configures a benchmark and shows the request it would send. */
export function RunPage({ hfToken, onTokenChange }: RunPageProps) {
  const id = useId();
  const [form, setForm] = useState<BenchmarkForm>(() => formFromQuery(location.search));
  const [request, setRequest] = useState<BenchmarkRequest>();
  const formElement = useRef<HTMLFormElement>(null);
  const resultColumn = useRef<HTMLElement>(null);
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
  const isSelected = form.model !== "" && form.instanceType !== "";
  const suggest = () => {
    if (isSelected) {
      suggestion.suggest();
    } else {
      document.getElementById(`${id}-instance`)?.focus();
    }
  };
  useSuggestOnOpening(isSelected, () => suggestion.suggest(form.values));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (Object.keys(invalidFields(form.values)).length > 0) {
      formElement.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    } else {
      setRequest(benchmarkRequest(form));
    }
  };
  return (
    <main className="mx-auto max-w-[45rem] px-4 py-6 min-[1100px]:max-w-[78rem]">
      <header className="mb-6">
        <h1 className="text-2xl font-semibold tracking-tight text-slate-900 dark:text-slate-50">
          Run Benchmark
        </h1>
        <p className={`mt-1 ${MUTED}`}>
          Select a model and an instance type. Suggest Config fills in the parameters.
        </p>
      </header>
      <div className="grid items-start gap-x-8 gap-y-6 min-[1100px]:grid-cols-[28rem_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-6">
          <form ref={formElement} onSubmit={submit} noValidate className="flex flex-col gap-6">
            <div className="flex flex-col gap-4">
              <ModelField value={form.model} onChange={(model) => change({ model })} onEnter={suggest} />
              <TokenField value={hfToken} onChange={onTokenChange} isNeeded={suggestion.needsToken} />
              <div className="relative">
                {form.model !== "" && (
                  <Link
                    href={pageUrl("compare", { model: form.model })}
                    className={`absolute top-0 right-0 text-sm ${LINK} ${ACCENT_TEXT}`}
                  >
                    Compare instance types
                  </Link>
                )}
                <InstanceField
                  id={`${id}-instance`}
                  value={form.instanceType}
                  onChange={(instanceType) => change({ instanceType })}
                />
              </div>
              <SuggestButton suggestion={suggestion} />
              <ResultLink columnRef={resultColumn} suggestion={suggestion} />
            </div>
            <Parameters form={form} suggestion={suggestion} onChange={change} />
            <button type="submit" disabled={!isSelected} className={SUBMIT_BUTTON}>
              Run Benchmark
            </button>
          </form>
          <RequestPreview request={request} />
        </div>
        <ResultColumn columnRef={resultColumn} suggestion={suggestion} />
      </div>
    </main>
  );
}

/** Request a configuration at once if a link opened the page with a model and an instance type; its values are kept. */
function useSuggestOnOpening(isSelected: boolean, suggest: () => void) {
  const opened = useLatest({ isSelected, suggest });
  useEffect(() => {
    if (opened.current.isSelected) {
      opened.current.suggest();
    }
  }, [opened]);
}
