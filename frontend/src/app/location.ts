/** The page's URL as state: which page is open, and its query. */

import { useSyncExternalStore } from "react";

export type PageName = "run" | "compare";

export interface Location {
  page: PageName;
  query: string;
}

/** The last segment of the Compare page's path. */
const COMPARE = "compare";

/** The current page and its query. It changes with `navigate` and with the browser's back and forward buttons. */
export function useLocation(): Location {
  const pathname = useSyncExternalStore(subscribe, () => location.pathname);
  const query = useSyncExternalStore(subscribe, () => location.search);
  return { page: pathname.endsWith(`/${COMPARE}`) ? "compare" : "run", query };
}

/** Open a URL without loading the document again, at its top. `replace` changes only the current entry of the history. */
export function navigate(url: string, { replace = false }: { replace?: boolean } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", url);
  if (!replace) {
    document.documentElement.scrollTop = 0;
  }
  dispatchEvent(new Event(NAVIGATED));
}

/** The relative URL of a page. Both pages are in the same folder, whichever that is. Empty parameters are left out. */
export function pageUrl(page: PageName, parameters: Record<string, string> = {}): string {
  const path = page === "compare" ? COMPARE : "./";
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  // Slashes are allowed in a query, and model IDs are easier to read with them.
  const query = new URLSearchParams(given).toString().replaceAll("%2F", "/");
  return query === "" ? path : `${path}?${query}`;
}

/** `history.pushState` and `replaceState` cause no event of their own. */
const NAVIGATED = "navigated";

function subscribe(onChange: () => void): () => void {
  addEventListener("popstate", onChange);
  addEventListener(NAVIGATED, onChange);
  return () => {
    removeEventListener("popstate", onChange);
    removeEventListener(NAVIGATED, onChange);
  };
}
