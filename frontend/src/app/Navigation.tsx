import { FOCUS, MUTED } from "../components/styles";
import { Link } from "./Link";
import { pageUrl, type PageName } from "./location";

interface NavigationProps {
  page: PageName;
  /** The last query of each page that was opened. */
  queries: Partial<Record<PageName, string>>;
}

const PAGES = [
  { name: "run", label: "Run" },
  { name: "compare", label: "Compare" },
] as const;

/** Links to the pages. Each leads back to the page's last state, or takes the model along to a page not yet opened. */
export function Navigation({ page, queries }: NavigationProps) {
  return (
    <header className="border-b border-slate-200 bg-white dark:border-slate-700 dark:bg-slate-900">
      <div className="mx-auto flex max-w-[78rem] flex-wrap items-center gap-x-6 px-4">
        <p className={`hidden py-3 text-sm font-medium sm:block ${MUTED}`}>vLLM configuration</p>
        <nav aria-label="Pages">
          <ul className="flex gap-1">
            {PAGES.map(({ name, label }) => (
              <li key={name}>
                <Link
                  href={urlOf(name, queries)}
                  aria-current={name === page ? "page" : undefined}
                  className={`block border-b-2 px-3 py-3 text-sm font-medium ${FOCUS} ${
                    name === page
                      ? "border-teal-700 text-slate-900 dark:border-teal-400 dark:text-slate-50"
                      : `border-transparent hover:border-slate-300 forced-colors:border-[Canvas] dark:hover:border-slate-600 ${MUTED}`
                  }`}
                >
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </header>
  );
}

function urlOf(name: PageName, queries: NavigationProps["queries"]): string {
  const query = queries[name];
  if (query !== undefined) {
    return `${pageUrl(name)}${query}`;
  }
  const other = new URLSearchParams(queries[name === "run" ? "compare" : "run"]);
  return pageUrl(name, { model: other.get("model") ?? "" });
}
