import { useRef } from "react";

import { useCopy } from "../useCopy";
import { MUTED, SECONDARY_BUTTON, SUBHEADING } from "./styles";

const BUTTON_TEXT = { idle: "Copy", copied: "Copied", failed: "Selected" } as const;

const STATUS_TEXT = {
  idle: "",
  copied: "Command copied.",
  failed: "Copying is not allowed here. The command is selected: copy it with your keyboard.",
} as const;

interface CopyableCommandProps {
  title: string;
  description?: string;
  command: string;
  /** Whether the command is about to change. It cannot be copied meanwhile. */
  isUpdating?: boolean;
}

/** A shell command with a copy button. */
export function CopyableCommand({ title, description, command, isUpdating = false }: CopyableCommandProps) {
  const code = useRef<HTMLElement>(null);
  const { state, copy } = useCopy(code);
  return (
    <div>
      <div className="flex items-center justify-between gap-4">
        <h3 className={`min-w-0 break-words ${SUBHEADING}`}>{title}</h3>
        <button type="button" onClick={copy} disabled={isUpdating} className={SECONDARY_BUTTON}>
          {BUTTON_TEXT[state]}
          {state === "idle" && <span className="sr-only"> {title.replace(/^Command/, "command")}</span>}
        </button>
      </div>
      {description !== undefined && <p className={`mt-1 text-sm ${MUTED}`}>{description}</p>}
      <pre className="mt-2 rounded-lg bg-slate-100 p-3 font-mono text-xs leading-5 break-words whitespace-pre-wrap text-slate-800 dark:bg-slate-950 dark:text-slate-200">
        <code ref={code}>{command}</code>
      </pre>
      <p role="status" className="sr-only">
        {STATUS_TEXT[state]}
      </p>
    </div>
  );
}
