import { useEffect, useRef, useState, type RefObject } from "react";

/** What `measure` returns for an element; `initial` until it is first measured. Pass a function that stays the same. */
export function useMeasured<E extends Element, T extends number | boolean>(
  measure: (element: E) => T,
  initial: T,
): [RefObject<E>, T] {
  const ref = useRef<E>(null);
  const [value, setValue] = useState(initial);
  useEffect(() => {
    const element = ref.current;
    if (!element) {
      return undefined;
    }
    // The size of the content matters too: a wider table makes its container scroll.
    const observer = new ResizeObserver(() => setValue(measure(element)));
    for (const observed of [element, ...element.children]) {
      observer.observe(observed);
    }
    return () => observer.disconnect();
  }, [measure]);
  return [ref, value];
}
