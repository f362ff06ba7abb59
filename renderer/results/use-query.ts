import { useCallback, useEffect, useRef, useState } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { isCancelled } from '#app/core/errors.ts';
import { diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { useConnection } from '../rpc/connection.ts';

export interface Query<T> {
  /** The last good answer to this question; stays while it is asked again. */
  readonly data: T | null;
  readonly error: Diagnostic | null;
  readonly loading: boolean;
  reload(): void;
}

interface Answer<T> {
  readonly key: string | null;
  /** Which asking of the question it answers. */
  readonly asked: string | null;
  readonly data: T | null;
  readonly error: Diagnostic | null;
}

/**
 * Asks the engine and keeps the newest answer; an outdated request is cancelled, a lost connection asks again.
 * @param key changes whenever the question does; null: there is no question (data is null).
 */
export function useQuery<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): Query<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ key: null, asked: null, data: null, error: null });
  const [turn, setTurn] = useState(0);
  const epoch = useConnection((state) => state.epoch);
  const asked = key === null ? null : `${turn} ${epoch} ${key}`;
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });

  useEffect(() => {
    if (asked === null) return;
    const controller = new AbortController();
    latest
      .current(controller.signal)
      .then((data) => {
        if (!controller.signal.aborted) setAnswer({ key, asked, data, error: null });
      })
      .catch((error: unknown) => {
        if (controller.signal.aborted || isGivenUp(error) || isCancelled(error)) return;
        setAnswer((before) => ({ key, asked, data: before.key === key ? before.data : null, error: diagnosticOf(error) }));
      });
    return () => controller.abort();
  }, [key, asked]);

  const reload = useCallback(() => setTurn((count) => count + 1), []);
  // Nothing of another question may be shown.
  const mine = key !== null && answer.key === key;
  return { data: mine ? answer.data : null, error: mine && answer.asked === asked ? answer.error : null, loading: asked !== null && answer.asked !== asked, reload };
}
