import { useCallback, useEffect, useRef, useState } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { isCancelled } from '#app/core/errors.ts';
import { diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { useConnection } from '../rpc/connection.ts';

export interface Query<T> {
  /** The last good answer; stays while a newer one is on its way. */
  readonly data: T | null;
  readonly error: Diagnostic | null;
  readonly loading: boolean;
  reload(): void;
}

/**
 * Asks the engine and keeps the newest answer; an outdated request is cancelled, a lost connection asks again.
 * @param key changes whenever the question does; null: there is no question (data is null).
 */
export function useQuery<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): Query<T> {
  const [answer, setAnswer] = useState<{ key: string | null; data: T | null; error: Diagnostic | null; loading: boolean }>({ key: null, data: null, error: null, loading: false });
  const [turn, setTurn] = useState(0);
  const epoch = useConnection((state) => state.epoch);
  const latest = useRef(ask);
  latest.current = ask;

  useEffect(() => {
    if (key === null) {
      setAnswer({ key: null, data: null, error: null, loading: false });
      return;
    }
    const controller = new AbortController();
    setAnswer((before) => ({ key, data: before.key === key ? before.data : null, error: null, loading: true }));
    latest
      .current(controller.signal)
      .then((data) => {
        if (!controller.signal.aborted) setAnswer({ key, data, error: null, loading: false });
      })
      .catch((error: unknown) => {
        if (controller.signal.aborted || isGivenUp(error) || isCancelled(error)) return;
        setAnswer((before) => ({ key, data: before.data, error: diagnosticOf(error), loading: false }));
      });
    return () => controller.abort();
  }, [key, turn, epoch]);

  const reload = useCallback(() => setTurn((count) => count + 1), []);
  // Until the effect has run for a new key, nothing of the old one may be shown.
  return answer.key === key ? { ...answer, reload } : { data: null, error: null, loading: key !== null, reload };
}
