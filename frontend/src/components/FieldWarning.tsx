import type { Advice } from "../advice";
import { valueText } from "../format";
import type { ConfigValues, FieldName } from "../types";
import { ACCENT_TEXT, FOCUS, MUTED } from "./styles";
import { WarningText } from "./WarningText";

interface FieldWarningProps {
  /** For the field's `aria-describedby`. */
  id: string;
  field: FieldName;
  advice: Advice;
  /** Sets the field; without it the value that follows from the other fields is named only. */
  onUse?: (value: ConfigValues[FieldName]) => void;
}

/** What the service says about a field; it never keeps the form from submitting. */
export function FieldWarning({ id, field, advice, onUse }: FieldWarningProps) {
  const { warnings = [], follows } = advice.fields[field] ?? {};
  return (
    <div id={id} aria-live="polite" className="text-sm">
      {warnings.map((text) => (
        <p key={text} className="mt-1.5">
          <WarningText text={text} />
        </p>
      ))}
      {follows !== undefined && <Following value={follows} onUse={onUse} />}
    </div>
  );
}

function Following({ value, onUse }: { value: ConfigValues[FieldName] } & Pick<FieldWarningProps, "onUse">) {
  return (
    <p className={`mt-1.5 ${MUTED}`}>
      With your changes {valueText(value)} is recommended.{" "}
      {onUse && (
        <button
          type="button"
          onClick={() => onUse(value)}
          className={`cursor-pointer rounded underline underline-offset-2 ${ACCENT_TEXT} ${FOCUS}`}
        >
          Use {valueText(value)}
        </button>
      )}
    </p>
  );
}
