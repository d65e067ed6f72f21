import { useEffect, useState } from "react";

/**
 * The list from `fetchList`, called after `delayMs`. Pass a memoized function: a new one fetches again.
 *
 * Returns `undefined` before the first list arrives, and the previous list while the next is loading.
 */
export function useFetchedList<T>(
  fetchList: (signal: AbortSignal) => Promise<T[]>,
  delayMs = 0,
): T[] | undefined {
  const [list, setList] = useState<T[]>();
  useEffect(() => {
    const controller = new AbortController();
    const fetchNow = async () => {
      const fetched = await fetchList(controller.signal);
      if (!controller.signal.aborted) {
        setList(fetched);
      }
    };
    const timer = setTimeout(() => void fetchNow(), delayMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [fetchList, delayMs]);
  return list;
}
