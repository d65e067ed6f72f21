import { useId, useState } from "react";

import { commandWith } from "../command";
import { formatCount } from "../format";
import type { FeasibleResponse, Layout } from "../types";
import type { Suggestion } from "../useSuggestion";
import { CopyableCommand } from "./CopyableCommand";
import { ACCENT_TEXT, BODY_TEXT, MUTED, SUBHEADING, TEXT_BUTTON } from "./styles";

interface LayoutTableProps {
  suggestion: Suggestion;
  current: FeasibleResponse;
}

/** The ways to divide the GPUs of the instance among replicas. Empty if there is only one. */
export function LayoutTable({ suggestion, current }: LayoutTableProps) {
  const id = useId();
  const [shownDegree, setShownDegree] = useState<number>();
  const { layouts, instance_info: instance } = current;
  const shown = layouts.find(({ tensor_parallel_degree: degree }) => degree === shownDegree);
  if (layouts.length < 2) {
    return null;
  }
  return (
    <div className="flex flex-col gap-2">
      <h3 id={id} className={SUBHEADING}>
        Ways to use the {instance.accelerator_count} GPUs
      </h3>
      <table aria-labelledby={id} className={`w-full text-sm tabular-nums ${BODY_TEXT}`}>
        <thead className={MUTED}>
          <tr>
            <th scope="col" className="py-1 pr-3 text-left font-normal">
              Replicas
            </th>
            <th scope="col" className={`hidden sm:table-cell ${HEAD}`}>
              Max model length
            </th>
            <th scope="col" className={`hidden sm:table-cell ${HEAD}`}>
              KV cache tokens
            </th>
            <th scope="col" className={HEAD}>
              Requests at once
            </th>
            <th scope="col">
              <span className="sr-only">Action</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-slate-200 border-y border-slate-200 dark:divide-slate-700 dark:border-slate-700">
          {layouts.map((layout) => (
            <Row
              key={layout.tensor_parallel_degree}
              layout={layout}
              isCurrent={isCurrent(layout, current)}
              isShown={layout === shown}
              onUse={() => suggestion.apply(valuesWith(layout, suggestion), nameOf(layout))}
              onShow={() => setShownDegree(layout === shown ? undefined : layout.tensor_parallel_degree)}
            />
          ))}
        </tbody>
      </table>
      {shown && (
        <CopyableCommand
          title={`Command for ${nameOf(shown)}`}
          command={commandWith(shown.vllm_args, suggestion.model)}
        />
      )}
    </div>
  );
}

const HEAD = "px-2 py-1 text-right align-bottom font-normal";

interface RowProps {
  layout: Layout;
  isCurrent: boolean;
  isShown: boolean;
  onUse: () => void;
  onShow: () => void;
}

/** The form has no field for the number of replicas, so several of them have a command instead. */
function Row({ layout, isCurrent, isShown, onUse, onShow }: RowProps) {
  const name = nameOf(layout);
  return (
    <tr aria-current={isCurrent || undefined} className={isCurrent ? "font-medium" : undefined}>
      <th scope="row" className={`py-1.5 pr-3 text-left ${isCurrent ? "font-medium" : "font-normal"}`}>
        {name}
      </th>
      <td className="hidden px-2 text-right sm:table-cell">{formatCount(layout.max_model_len)}</td>
      <td className="hidden px-2 text-right sm:table-cell">{formatCount(layout.kv_cache_tokens_total)}</td>
      <td className="px-2 text-right">{formatCount(layout.max_concurrent_requests_total)}</td>
      <td className="pl-2 text-right">
        {layout.replicas > 1 ? (
          <button type="button" aria-expanded={isShown} onClick={onShow} className={TEXT_BUTTON}>
            Command<span className="sr-only"> for {name}</span>
          </button>
        ) : isCurrent ? (
          <span className={ACCENT_TEXT}>Current</span>
        ) : (
          <button type="button" onClick={onUse} className={TEXT_BUTTON}>
            Use<span className="sr-only"> {name}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

/** `1 replica at TP 4`, or `2 replicas at TP 2`. */
function nameOf({ replicas, tensor_parallel_degree: degree }: Layout): string {
  return `${replicas} ${replicas === 1 ? "replica" : "replicas"} at TP ${degree}`;
}

function isCurrent(layout: Layout, current: FeasibleResponse): boolean {
  return layout.replicas === 1 && layout.tensor_parallel_degree === current.tensor_parallel_degree;
}

function valuesWith(layout: Layout, { values }: Suggestion) {
  const { tensor_parallel_degree, max_model_len } = layout;
  return { ...values, tensor_parallel_degree, max_model_len };
}
