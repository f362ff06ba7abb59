import { useCallback, useEffect, useRef, useState } from 'react';

export interface Work {
  readonly busy: boolean;
  run(work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  stop(): void;
}

/** One piece of work at a time that can be stopped, and is when its dialog goes. */
export function useWork(): Work {
  const [busy, setBusy] = useState(false);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const run = useCallback(async (work: (signal: AbortSignal) => Promise<void>) => {
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    await work(controller.signal).finally(() => setBusy(false));
  }, []);
  const stop = useCallback(() => running.current?.abort(), []);
  return { busy, run, stop };
}
