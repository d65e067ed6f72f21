import { useId } from "react";

import { WarningText } from "../components/WarningText";
import { CONTROL, Field } from "./Field";

interface TokenFieldProps {
  onChange: (value: string) => void;
  /** Whether the model cannot be read without a token, or with this one. */
  isNeeded: boolean;
}

/**
 * The Hub token, which stays in this page's memory.
 *
 * React is not given the value, which it would write into the document as an attribute.
 */
export function TokenField({ onChange, isNeeded }: TokenFieldProps) {
  const id = useId();
  return (
    <Field
      id={id}
      label="Hub Token"
      hint="For gated and private models. It is sent with each question and stored nowhere."
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
          <WarningText text="This model needs the token of an account that may read it. Then suggest again." />
        )}
      </p>
    </Field>
  );
}
