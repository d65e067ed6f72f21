import { useId } from "react";

import { WarningText } from "../components/WarningText";
import { CONTROL, Field } from "./Field";

interface TokenFieldProps {
  onChange: (value: string) => void;
  /** Whether the model needs a token, or a different one. */
  isNeeded: boolean;
}

/**
 * A field for the Hugging Face token, which is kept in memory only.
 *
 * The input is uncontrolled because React writes a controlled value into the DOM as an attribute.
 */
export function TokenField({ onChange, isNeeded }: TokenFieldProps) {
  const id = useId();
  return (
    <Field
      id={id}
      label="Hugging Face Token"
      hint="For gated and private models. It is sent but never stored."
    >
      <input
        id={id}
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder="hf_…"
        aria-describedby={`${id}-hint ${id}-needed`}
        onChange={(event) => onChange(event.target.value)}
        className={CONTROL}
      />
      <p id={`${id}-needed`} aria-live="polite" className="mt-1">
        {isNeeded && (
          <WarningText text="This model needs a token from an account with access to it. Enter one, then select Suggest Config again." />
        )}
      </p>
    </Field>
  );
}
