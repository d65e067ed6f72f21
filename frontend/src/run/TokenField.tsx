import { useEffect, useId, useRef } from "react";

import { WarningText } from "../components/WarningText";
import { CONTROL, Field } from "./Field";

interface TokenFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** Whether the model needs a token, or a different one. */
  isNeeded: boolean;
  /** The button that sends the token. */
  action?: string;
}

/**
 * A field for the Hugging Face token, which is kept in memory only.
 *
 * The input is uncontrolled because React writes a controlled value into the DOM as an attribute.
 */
export function TokenField({ value, onChange, isNeeded, action = "Suggest Config" }: TokenFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // The field of another page may have changed the token.
    if (input.current && input.current.value !== value) {
      input.current.value = value;
    }
  }, [value]);
  return (
    <Field
      id={id}
      label="Hugging Face Token"
      hint="For gated and private models. It is sent but never stored."
    >
      <input
        ref={input}
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
          <WarningText
            text={`This model needs a token from an account with access to it. Enter one, then select ${action} again.`}
          />
        )}
      </p>
    </Field>
  );
}
