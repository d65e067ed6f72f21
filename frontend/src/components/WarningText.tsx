import { LinkedText } from "./LinkedText";
import { WARNING_TEXT } from "./styles";

/** A warning with an icon, so that it does not rely on color alone. */
export function WarningText({ text }: { text: string }) {
  return (
    <span className={`flex gap-2 text-sm ${WARNING_TEXT}`}>
      <svg aria-hidden="true" viewBox="0 0 16 16" className="mt-0.5 size-4 shrink-0">
        <path
          d="M8 2 15 14H1ZM8 6.5V10M8 11.5V12.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinejoin="round"
        />
      </svg>
      <span className="min-w-0">
        <LinkedText text={text} />
      </span>
    </span>
  );
}
