import { useEffect, useRef } from "react";

/** A ref to the value of the latest render, for callbacks that outlive the render that created them. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
