import { useCallback, useId, useState, type KeyboardEvent } from "react";

import { CONTROL, Field } from "./Field";
import { fetchModelNames } from "./local";
import { useInSight } from "./useInSight";
import { useList } from "./useList";

interface ModelFieldProps {
  value: string;
  onChange: (value: string) => void;
}

/** How long a person has to stop typing before names are looked up. */
const DEBOUNCE_MS = 200;

/**
 * A field for a repository's name with a list of names to choose from, and for any other name as well.
 *
 * After the pattern of an editable combobox with list autocomplete:
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export function ModelField({ value, onChange }: ModelFieldProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const names = useModelNames(value);
  const isShown = isOpen && names.length > 0 && !(names.length === 1 && names[0] === value);

  const choose = (name: string) => {
    onChange(name);
    setOpen(false);
    setActive(-1);
  };
  const press = (event: KeyboardEvent) => {
    const name = names[active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setActive(stepped(active, event.key === "ArrowDown" ? 1 : -1, names.length));
    } else if (event.key === "Enter" && isShown && name !== undefined) {
      event.preventDefault();
      choose(name);
    } else if (event.key === "Escape") {
      setOpen(false);
      setActive(-1);
    }
  };
  return (
    <Field id={id} label="Model" hint="A repository of the Hugging Face Hub.">
      <div className="relative">
        <input
          id={id}
          role="combobox"
          aria-expanded={isShown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isShown && active >= 0 ? `${id}-${active}` : undefined}
          aria-describedby={`${id}-hint`}
          autoComplete="off"
          spellCheck={false}
          placeholder="mistralai/Mistral-7B-Instruct-v0.3"
          value={value}
          onChange={(event) => {
            onChange(event.target.value.trim());
            setOpen(true);
            setActive(-1);
          }}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={press}
          className={CONTROL}
        />
        <div
          id={`${id}-list`}
          role="listbox"
          tabIndex={-1}
          aria-label="Models"
          hidden={!isShown}
          // A press, on the scroll bar as well, would take the focus from the field and close the list.
          onMouseDown={(event) => event.preventDefault()}
          className="absolute inset-x-0 top-full z-10 mt-1 max-h-72 overflow-y-auto rounded-lg border border-slate-300 bg-white py-1 shadow-lg dark:border-slate-600 dark:bg-slate-800"
        >
          {names.map((name, index) => (
            <Choice
              key={name}
              id={`${id}-${index}`}
              name={name}
              isActive={index === active}
              onChoose={() => choose(name)}
            />
          ))}
        </div>
      </div>
    </Field>
  );
}

function useModelNames(text: string): string[] {
  const fetchNames = useCallback((signal: AbortSignal) => fetchModelNames(text, signal), [text]);
  return useList(fetchNames, DEBOUNCE_MS) ?? [];
}

/** The next place in a list of `count`, from its end back to none and to its beginning. */
function stepped(active: number, step: number, count: number): number {
  const places = count + 1;
  return ((active + 1 + step + places) % places) - 1;
}

interface ChoiceProps {
  id: string;
  name: string;
  isActive: boolean;
  onChoose: () => void;
}

function Choice({ id, name, isActive, onChoose }: ChoiceProps) {
  const element = useInSight<HTMLDivElement>(isActive);
  return (
    <div
      ref={element}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      onMouseDown={onChoose}
      className={`cursor-pointer px-3 py-1.5 text-sm break-words text-slate-800 dark:text-slate-100 ${
        isActive ? "bg-teal-100 dark:bg-teal-900" : "hover:bg-slate-100 dark:hover:bg-slate-700"
      }`}
    >
      {name}
    </div>
  );
}
