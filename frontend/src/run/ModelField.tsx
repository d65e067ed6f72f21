import { useCallback, useId, useState, type KeyboardEvent } from "react";

import { CONTROL, Field } from "./Field";
import { fetchModelIds } from "./localServer";
import { useFetchedList } from "./useFetchedList";
import { useScrollIntoView } from "./useScrollIntoView";

interface ModelFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** Called when Enter is pressed and no model ID of the list is active. */
  onEnter: () => void;
}

/** How long the text has to stay the same before model IDs are looked up. */
const DEBOUNCE_MS = 200;

/**
 * A combobox for a Hugging Face model ID. It suggests model IDs and accepts any text.
 *
 * Follows the ARIA pattern of an editable combobox with list autocomplete:
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export function ModelField({ value, onChange, onEnter }: ModelFieldProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [activeIndex, setActiveIndex] = useState(-1);
  const modelIds = useModelIds(value);
  const isExpanded = isOpen && modelIds.length > 0 && !(modelIds.length === 1 && modelIds[0] === value);

  const close = () => {
    setOpen(false);
    setActiveIndex(-1);
  };
  const select = (modelId: string) => {
    onChange(modelId);
    close();
  };
  const handleKeyDown = (event: KeyboardEvent) => {
    const activeModelId = modelIds[activeIndex];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setActiveIndex(moved(activeIndex, event.key === "ArrowDown" ? 1 : -1, modelIds.length));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (isExpanded && activeModelId !== undefined) {
        select(activeModelId);
      } else {
        close();
        onEnter();
      }
    } else if (event.key === "Escape") {
      close();
    }
  };
  return (
    <Field id={id} label="Model" hint="A model ID on the Hugging Face Hub.">
      <div className="relative">
        <input
          id={id}
          role="combobox"
          aria-expanded={isExpanded}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isExpanded && activeIndex >= 0 ? `${id}-${activeIndex}` : undefined}
          aria-describedby={`${id}-hint`}
          autoComplete="off"
          spellCheck={false}
          placeholder="mistralai/Mistral-7B-Instruct-v0.3"
          value={value}
          onChange={(event) => {
            onChange(event.target.value.trim());
            setOpen(true);
            setActiveIndex(-1);
          }}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={handleKeyDown}
          className={CONTROL}
        />
        <div
          id={`${id}-list`}
          role="listbox"
          tabIndex={-1}
          aria-label="Models"
          hidden={!isExpanded}
          // Keep the focus in the field: clicking the list, or its scroll bar, would otherwise close it.
          onMouseDown={(event) => event.preventDefault()}
          className="absolute inset-x-0 top-full z-10 mt-1 max-h-72 overflow-y-auto rounded-lg border border-slate-300 bg-white py-1 shadow-lg dark:border-slate-600 dark:bg-slate-800"
        >
          {modelIds.map((modelId, index) => (
            <Option
              key={modelId}
              id={`${id}-${index}`}
              modelId={modelId}
              isActive={index === activeIndex}
              onSelect={() => select(modelId)}
            />
          ))}
        </div>
      </div>
    </Field>
  );
}

function useModelIds(text: string): string[] {
  const fetchList = useCallback((signal: AbortSignal) => fetchModelIds(text, signal), [text]);
  return useFetchedList(fetchList, DEBOUNCE_MS) ?? [];
}

/** The index `step` away from `index` in a list of `count` items, where -1 (none) lies between last and first. */
function moved(index: number, step: 1 | -1, count: number): number {
  const positions = count + 1;
  return ((index + 1 + step + positions) % positions) - 1;
}

interface OptionProps {
  id: string;
  modelId: string;
  isActive: boolean;
  onSelect: () => void;
}

function Option({ id, modelId, isActive, onSelect }: OptionProps) {
  const element = useScrollIntoView<HTMLDivElement>(isActive);
  return (
    <div
      ref={element}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      onMouseDown={onSelect}
      className={`cursor-pointer px-3 py-1.5 text-sm break-words text-slate-800 dark:text-slate-100 ${
        isActive ? "bg-teal-100 dark:bg-teal-900" : "hover:bg-slate-100 dark:hover:bg-slate-700"
      }`}
    >
      {modelId}
    </div>
  );
}
