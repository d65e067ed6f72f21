import { useId } from "react";

import { formatCount, modelDetails } from "../format";
import { CARD, HEADING, MUTED, SECONDARY_BUTTON } from "../components/styles";
import { WarningText } from "../components/WarningText";
import { sortRows } from "./columns";
import { isEstimated, isFeasibleRow, priceSource, type Comparison, type InstanceRow } from "./comparison";
import { FilterFields } from "./FilterFields";
import { filterRows, isFiltered, NO_FILTERS } from "./filters";
import { InstancePlot } from "./InstancePlot";
import { InstanceTable } from "./InstanceTable";
import { frontierTypes } from "./plotPoints";
import type { CompareState, Subject } from "./query";
import { workloadText } from "./workload";

interface ComparisonResultProps {
  comparison: Comparison;
  view: CompareState;
  onChange: (changes: Partial<CompareState>) => void;
}

/** The filters, and the plot and the table of the rows that they leave. */
export function ComparisonResult({ comparison, view, onChange }: ComparisonResultProps) {
  const { model } = view;
  const { instances, model_info: modelInfo } = comparison;
  const reason = commonReason(instances);
  if (instances.length === 0 || reason !== undefined) {
    return (
      <Notice title={instances.length === 0 ? "No instance types" : `No instance type runs ${model}`}>
        {reason ?? "The service has no GPU instance types in its table."}
      </Notice>
    );
  }
  const rows = filterRows(instances, view.filters);
  const shown = rows.filter(isFeasibleRow);
  const best = frontierTypes(shown);
  return (
    <>
      <Summary subject={view} comparison={comparison} />
      <div className="flex flex-col gap-4">
        <FilterFields rows={instances} filters={view.filters} onChange={(filters) => onChange({ filters })} />
        <div className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
          <p role="status" className="text-sm font-medium text-slate-800 tabular-nums dark:text-slate-200">
            {formatCount(rows.length)} of {formatCount(instances.length)} instances
          </p>
          {isFiltered(view.filters) && (
            <button
              type="button"
              onClick={() => onChange({ filters: NO_FILTERS })}
              className={SECONDARY_BUTTON}
            >
              Reset filters
            </button>
          )}
        </div>
      </div>
      {rows.length === 0 ? (
        <Notice title="No instance matches the filters">
          Choose another GPU, a higher price or a shorter context.
        </Notice>
      ) : (
        <>
          <InstancePlot subject={view} modelInfo={modelInfo} rows={shown} />
          <InstanceTable
            subject={view}
            modelInfo={modelInfo}
            rows={sortRows(rows, view.sort)}
            best={best}
            sort={view.sort}
            onSort={(sort) => onChange({ sort })}
          />
        </>
      )}
    </>
  );
}

function Summary({ subject, comparison }: { subject: Subject; comparison: Comparison }) {
  const { model, workload } = subject;
  const { instances, model_info: modelInfo, omitted_instances: omitted, warnings } = comparison;
  const details = modelDetails(modelInfo);
  const prices = priceSource(instances);
  return (
    <div className="flex flex-col gap-1">
      <h2 className="text-lg font-semibold break-words text-slate-900 dark:text-slate-50">
        {model}
        {details.length > 0 && <span className={`font-normal ${MUTED}`}> ({details.join(", ")})</span>}
      </h2>
      <p className={`text-sm ${MUTED}`}>
        {workloadText(workload)}. {prices !== undefined && `${prices}.`}
      </p>
      {isEstimated(instances) && (
        <WarningText text="The memory that this model needs is an upper bound, because its architecture is not modeled. vLLM may have room for more." />
      )}
      {omitted !== undefined && (
        <WarningText
          text={`The last ${formatCount(omitted)} instance types were left out of the response.`}
        />
      )}
      {warnings?.map((text) => (
        <WarningText key={text} text={text} />
      ))}
    </div>
  );
}

function Notice({ title, children }: { title: string; children: string }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={CARD}>
      <h2 id={id} className={HEADING}>
        {title}
      </h2>
      <p className={`mt-1 ${MUTED}`}>{children}</p>
    </section>
  );
}

/** The reason that all rows share, as those of a model that does not generate text do. */
function commonReason(rows: readonly InstanceRow[]): string | undefined {
  const reasons = new Set(rows.map((row) => (isFeasibleRow(row) ? undefined : row.reason)));
  return reasons.size === 1 ? [...reasons][0] : undefined;
}
