import { useEffect, useState, type RefObject } from "react";

export type CopyState = "idle" | "copied" | "failed";

/** How long the state stays "copied" or "failed". */
const RESET_MS = 2500;

/** Copy the text of `element`. If the browser does not allow it, the text stays selected. */
export function useCopy(element: RefObject<HTMLElement | null>): { state: CopyState; copy: () => void } {
  const [state, setState] = useState<CopyState>("idle");
  useEffect(() => {
    const timer = setTimeout(() => setState("idle"), RESET_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copyFrom = async (source: HTMLElement) => {
    setState((await copyText(source)) ? "copied" : "failed");
  };
  return {
    state,
    copy: () => {
      if (element.current) {
        void copyFrom(element.current);
      }
    },
  };
}

async function copyText(source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    // The Clipboard API is only available in secure contexts.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return document.execCommand("copy");
  }
}
