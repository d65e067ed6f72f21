import { useState, type KeyboardEvent, type PointerEvent } from "react";

import type { Mark } from "./marks";

/** Which point is described, and which one the Tab key reaches. The arrow keys move between points. */
export function usePointNavigation(marks: readonly Mark[]) {
  const [shown, setShown] = useState<number>();
  const [lastFocused, setLastFocused] = useState<number>();
  const first = marks.findIndex(({ isBest }) => isBest);
  const stop = lastFocused !== undefined && lastFocused < marks.length ? lastFocused : first;

  const showTarget = (event: PointerEvent) => {
    const target = event.target as Element;
    if (!target.closest("[role=tooltip]")) {
      setShown(indexOf(target));
    }
  };
  const handleKeyDown = (event: KeyboardEvent) => {
    const next = {
      ArrowLeft: stop - 1,
      ArrowDown: stop - 1,
      ArrowRight: stop + 1,
      ArrowUp: stop + 1,
      Home: 0,
      End: marks.length - 1,
    }[event.key];
    if (event.key === "Escape") {
      setShown(undefined);
    } else if (next !== undefined) {
      event.preventDefault();
      const index = Math.min(Math.max(next, 0), marks.length - 1);
      event.currentTarget.querySelector<SVGElement>(`[data-point="${index}"]`)?.focus();
    }
  };
  return {
    shown,
    stop,
    handlers: {
      onPointerOver: showTarget,
      onPointerLeave: () => setShown(undefined),
      onFocus: (event: { target: Element }) => {
        const index = indexOf(event.target);
        setShown(index);
        setLastFocused(index);
      },
      onBlur: () => setShown(undefined),
      onKeyDown: handleKeyDown,
    },
  };
}

function indexOf(element: Element): number | undefined {
  const index = element.closest("[data-point]")?.getAttribute("data-point");
  return index ? Number(index) : undefined;
}
