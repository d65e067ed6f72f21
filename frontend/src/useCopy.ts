import { useEffect, useState, type RefObject } from "react";

export type CopyState = "idle" | "copied" | "failed";

/** How long the outcome is shown. */
const SHOWN_MS = 2500;

/** Copies the text of `element`; where that is not allowed it stays selected, for the person to copy. */
export function useCopy(element: RefObject<HTMLElement | null>): { state: CopyState; copy: () => void } {
  const [state, setState] = useState<CopyState>("idle");
  useEffect(() => {
    const timer = setTimeout(() => setState("idle"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copyNow = async (source: HTMLElement) => {
    setState((await copied(source)) ? "copied" : "failed");
  };
  return {
    state,
    copy: () => {
      if (element.current) {
        void copyNow(element.current);
      }
    },
  };
}

async function copied(source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    // Pages without TLS have no other clipboard.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return document.execCommand("copy");
  }
}
