import { useEffect, useState } from "react";

/** What `fetchList` brings; while it is under way what was there before, and nothing where it fails. */
export function useList<T>(fetchList: (signal: AbortSignal) => Promise<T[]>, delayMs = 0): T[] {
  const [list, setList] = useState<T[]>([]);
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
