import { useEffect, useRef, type RefObject } from "react";

/** A reference for an element that comes into sight when `isWanted` becomes true. */
export function useInSight<T extends HTMLElement>(isWanted: boolean): RefObject<T> {
  const element = useRef<T>(null);
  useEffect(() => {
    if (isWanted) {
      element.current?.scrollIntoView({ block: "nearest" });
    }
  }, [isWanted]);
  return element;
}
