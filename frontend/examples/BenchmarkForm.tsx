import { useState } from "react";
import { FieldWarning, SuggestConfig, useSuggestion, type FormValues } from "suggest-config";

export function BenchmarkForm({ hfToken }: { hfToken?: string }) {
  const [model, setModel] = useState("");
  const [instanceType, setInstanceType] = useState("");
  const [values, setValues] = useState<FormValues>({});
  const suggestion = useSuggestion({
    model,
    instanceType,
    hfToken,
    values,
    onApply: setValues,
    onInstanceTypeChange: setInstanceType,
    onModelChange: setModel,
  });

  return (
    <form>
      <label>
        Model <input value={model} onChange={(event) => setModel(event.target.value)} />
      </label>
      <label>
        Instance Type <input value={instanceType} onChange={(event) => setInstanceType(event.target.value)} />
      </label>

      <SuggestConfig suggestion={suggestion} />

      <label>
        Concurrency{" "}
        <input
          type="number"
          value={values.concurrency ?? ""}
          aria-describedby="concurrency-warning"
          onChange={({ target }) =>
            setValues({ ...values, concurrency: target.value === "" ? undefined : target.valueAsNumber })
          }
        />
      </label>
      <FieldWarning id="concurrency-warning" field="concurrency" suggestion={suggestion} />
      {/* … and so on for the other values. */}
    </form>
  );
}
