import { useState } from "react";

import {
  CONFIG_FIELDS,
  FieldWarning,
  SuggestConfig,
  useSuggestion,
  type FormValues,
  type UseSuggestionOptions,
} from "../../src";

type FormProps = Partial<Omit<UseSuggestionOptions, "onApply">> & {
  canSwitchInstanceType?: boolean;
  canSelectCheckpoint?: boolean;
};

/** A minimal form with a text field for each value. */
export function Form({ canSwitchInstanceType = true, canSelectCheckpoint = true, ...options }: FormProps) {
  const [model, setModel] = useState(options.model ?? "org/model");
  const [instanceType, setInstanceType] = useState(options.instanceType ?? "g5.xlarge");
  const [values, setValues] = useState<FormValues>({});
  const suggestion = useSuggestion({
    ...options,
    model,
    instanceType,
    values,
    onApply: setValues,
    onInstanceTypeChange: canSwitchInstanceType ? setInstanceType : undefined,
    onModelChange: canSelectCheckpoint ? setModel : undefined,
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
      {CONFIG_FIELDS.map((field) => (
        <div key={field}>
          <input
            aria-label={field}
            value={values[field] ?? ""}
            aria-describedby={`${field}-warning`}
            onChange={({ target }) => setValues({ ...values, [field]: parseValue(field, target.value) })}
          />
          <FieldWarning
            id={`${field}-warning`}
            field={field}
            suggestion={suggestion}
            onUse={(value) => setValues({ ...values, [field]: value })}
          />
        </div>
      ))}
    </form>
  );
}

function parseValue(field: string, text: string): string | number | null | undefined {
  if (field === "quantization") {
    return text === "" ? null : text;
  }
  return text === "" ? undefined : Number(text);
}
