import { useState, type KeyboardEvent, type PointerEvent } from "react";

import type { PlotPoint } from "./plotPoints";

/** Which point is described, and which one the Tab key reaches. The arrow keys move between points. */
export function usePointNavigation(points: readonly PlotPoint[], best: readonly PlotPoint[]) {
  const [shown, setShown] = useState<number>();
  const [lastFocused, setLastFocused] = useState<number>();
  const first = best[0] ? points.indexOf(best[0]) : 0;
  const stop = lastFocused !== undefined && lastFocused < points.length ? lastFocused : first;

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
      End: points.length - 1,
    }[event.key];
    if (event.key === "Escape") {
      setShown(undefined);
    } else if (next !== undefined) {
      event.preventDefault();
      const index = Math.min(Math.max(next, 0), points.length - 1);
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
