import { formatValue } from "../format";
import type { FieldName, FieldValue } from "../types";
import type { Suggestion } from "../useSuggestion";
import { MUTED, TEXT_BUTTON } from "./styles";
import { WarningText } from "./WarningText";

export interface FieldWarningProps {
  /** Use it as the `aria-describedby` of the field's control. */
  id: string;
  field: FieldName;
  suggestion: Pick<Suggestion, "warnings" | "updatedValues">;
  /** Sets the field. Without it, an updated recommendation is shown without a button. */
  onUse?: (value: FieldValue) => void;
}

/** The warnings about a field, or its updated recommendation. Neither prevents the form from submitting. */
export function FieldWarning({ id, field, suggestion, onUse }: FieldWarningProps) {
  const warnings = suggestion.warnings.byField[field] ?? [];
  const updatedValue = suggestion.updatedValues[field];
  return (
    <div id={id} aria-live="polite" className="text-sm">
      {warnings.map((text) => (
        <p key={text} className="mt-1.5">
          <WarningText text={text} />
        </p>
      ))}
      {updatedValue !== undefined && <UpdatedValue value={updatedValue} onUse={onUse} />}
    </div>
  );
}

function UpdatedValue({ value, onUse }: { value: FieldValue } & Pick<FieldWarningProps, "onUse">) {
  return (
    <p className={`mt-1.5 ${MUTED}`}>
      Recommended with your changes: {formatValue(value)}.{" "}
      {onUse && (
        <button type="button" onClick={() => onUse(value)} className={TEXT_BUTTON}>
          Use {formatValue(value)}
        </button>
      )}
    </p>
  );
}
