import { useEffect, useRef, useState } from "react";

import { ComparePage } from "../compare/ComparePage";
import { RunPage } from "../run/RunPage";
import { useLocation, type PageName } from "./location";
import { Navigation } from "./Navigation";

const TITLES: Record<PageName, string> = { run: "Run Benchmark", compare: "Compare Instances" };

/** The open page below the navigation. A page that was opened once is hidden and not removed, to keep its state. */
export function App() {
  const { page, query } = useLocation();
  const [queries, setQueries] = useState<Partial<Record<PageName, string>>>({});
  if (queries[page] !== query) {
    setQueries({ ...queries, [page]: query });
  }
  const [hfToken, setHfToken] = useState("");
  const token = { hfToken, onTokenChange: setHfToken };
  const pages = useFocusOnChange(page);
  return (
    <>
      <Navigation page={page} queries={queries} />
      <div ref={pages} className="[&_h1]:outline-none">
        {queries.run !== undefined && (
          <div hidden={page !== "run"}>
            {/* A link from the Compare page starts over with its model and instance type. */}
            <RunPage key={queries.run} {...token} />
          </div>
        )}
        {queries.compare !== undefined && (
          <div hidden={page !== "compare"}>
            <ComparePage query={queries.compare} {...token} />
          </div>
        )}
      </div>
    </>
  );
}

/** Set the document's title, and focus the heading when the page changes, as loading a document would. */
function useFocusOnChange(page: PageName) {
  const pages = useRef<HTMLDivElement>(null);
  const lastPage = useRef(page);
  useEffect(() => {
    document.title = TITLES[page];
    if (lastPage.current !== page) {
      lastPage.current = page;
      const heading = pages.current?.querySelector<HTMLElement>(":scope > div:not([hidden]) h1");
      heading?.setAttribute("tabindex", "-1");
      heading?.focus({ preventScroll: true });
    }
  }, [page]);
  return pages;
}
