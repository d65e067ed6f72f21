import { LinkedText } from "./LinkedText";
import { MUTED } from "./styles";

/** What is good to know about a configuration. Unlike warnings, nothing depends on it. */
export function NoteList({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Notes" className={`flex flex-col gap-2 text-sm ${MUTED}`}>
      {notes.map((text) => (
        <li key={text} className="flex gap-2">
          <svg aria-hidden="true" viewBox="0 0 16 16" className="mt-0.5 size-4 shrink-0">
            <path
              d="M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM8 7.25V11.5M8 4.5V5.5"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.5"
            />
          </svg>
          <span className="min-w-0">
            <LinkedText text={text} />
          </span>
        </li>
      ))}
    </ul>
  );
}
