import { FOCUS } from "../components/styles";
import { nextSort, type Column, type Sort } from "./columns";

interface ColumnHeadingProps {
  column: Column;
  sort: Sort | undefined;
  onSort: (sort: Sort | undefined) => void;
}

/** In characters; longer headings have a second line. */
const LINE_LENGTH = 11;

/** The heading of a column, with a button that sorts by it: https://www.w3.org/WAI/ARIA/apg/patterns/table/ */
export function ColumnHeading({ column, sort, onSort }: ColumnHeadingProps) {
  const isSorted = sort?.column === column.name;
  const direction = isSorted ? (sort.isDescending ? "descending" : "ascending") : undefined;
  return (
    <th
      role="columnheader"
      scope="col"
      aria-sort={direction}
      className={`bg-slate-100 p-0 align-bottom md:first:rounded-tl-xl md:last:rounded-tr-xl md:sticky md:top-0 md:z-10 dark:bg-slate-800 ${
        column.name === "instance_type" ? "md:left-0" : ""
      }`}
    >
      <button
        type="button"
        onClick={() => onSort(nextSort(column, sort))}
        style={{ minWidth: `calc(${Math.min(column.label.length, LINE_LENGTH)}ch + 1.5rem)` }}
        className={`w-full cursor-pointer rounded-md border border-transparent px-3 py-2 font-semibold text-slate-900 hover:text-teal-800 dark:text-slate-50 dark:hover:text-teal-300 focus-visible:-outline-offset-2 ${FOCUS} ${
          column.isNumber ? "md:text-right" : "text-left"
        }`}
      >
        {column.label}&nbsp;
        <SortSymbol direction={direction} />
      </button>
    </th>
  );
}

/** A triangle in the direction of the order; both directions, faint, where the column is not sorted. */
function SortSymbol({ direction }: { direction: "ascending" | "descending" | undefined }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 8 14" className="inline h-3.5 w-2 align-[-2px] fill-current">
      <path d="M4 1 8 6H0Z" className={direction === "ascending" ? "" : faint(direction)} />
      <path d="M4 13 0 8H8Z" className={direction === "descending" ? "" : faint(direction)} />
    </svg>
  );
}

const faint = (direction: string | undefined) => (direction === undefined ? "opacity-35" : "opacity-0");
