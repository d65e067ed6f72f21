import { useEffect, useState } from "react";

/** What `fetchList` brings, empty where it fails; while it is under way what was there before, if anything. */
export function useList<T>(fetchList: (signal: AbortSignal) => Promise<T[]>, delayMs = 0): T[] | undefined {
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
