import { useEffect, useRef, type RefObject } from "react";

/** A ref to an element that is scrolled into view when `isActive` becomes true. */
export function useScrollIntoView<T extends HTMLElement>(isActive: boolean): RefObject<T> {
  const element = useRef<T>(null);
  useEffect(() => {
    if (isActive) {
      element.current?.scrollIntoView({ block: "nearest" });
    }
  }, [isActive]);
  return element;
}
