import { useEffect, useRef } from 'react';
import { client, follow } from '../rpc/client.ts';

/** Calls back when an automation or a firing has changed; a burst of changes is one call. */
export function useChanges(changed: () => void): void {
  const latest = useRef(changed);
  useEffect(() => {
    latest.current = changed;
  });
  useEffect(() => {
    const leave = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    follow(
      (signal) => client.automation.watch(undefined, { signal }),
      () => {
        timer ??= setTimeout(() => {
          timer = null;
          latest.current();
        }, 200);
      },
      leave.signal,
    ).catch(() => undefined);
    return () => {
      leave.abort();
      if (timer !== null) clearTimeout(timer);
    };
  }, []);
}
