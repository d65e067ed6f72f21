import { useState } from "react";

import {
  FieldWarning,
  SuggestConfig,
  useSuggestion,
  type FormValues,
  type SuggestionOptions,
} from "../../src";
import { FIELDS } from "../../src";

type FormProps = Partial<Omit<SuggestionOptions, "onApply">> & { canSwitch?: boolean; canChoose?: boolean };

/** The smallest form that the component drops into, its values to be read as text. */
export function Form({ canSwitch = true, canChoose = true, ...options }: FormProps) {
  const [model, setModel] = useState(options.model ?? "org/model");
  const [instanceType, setInstanceType] = useState(options.instanceType ?? "g5.xlarge");
  const [values, setValues] = useState<FormValues>({});
  const suggestion = useSuggestion({
    ...options,
    model,
    instanceType,
    values,
    onApply: setValues,
    onInstanceTypeChange: canSwitch ? setInstanceType : undefined,
    onModelChange: canChoose ? setModel : undefined,
  });
  return (
    <form>
      <input aria-label="model" value={model} onChange={(event) => setModel(event.target.value)} />
      <input
        aria-label="instance"
        value={instanceType}
        onChange={(event) => setInstanceType(event.target.value)}
      />
      <SuggestConfig suggestion={suggestion} />
      {FIELDS.map((field) => (
        <div key={field}>
          <input
            aria-label={field}
            value={values[field] ?? ""}
            aria-describedby={`${field}-advice`}
            onChange={({ target }) => setValues({ ...values, [field]: valueOf(field, target.value) })}
          />
          <FieldWarning
            id={`${field}-advice`}
            field={field}
            advice={suggestion.advice}
            onUse={(value) => setValues({ ...values, [field]: value })}
          />
        </div>
      ))}
    </form>
  );
}

function valueOf(field: string, text: string): string | number | null | undefined {
  if (field === "quantization") {
    return text === "" ? null : text;
  }
  return text === "" ? undefined : Number(text);
}
