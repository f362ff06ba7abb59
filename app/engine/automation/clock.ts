/** What a scheduler knows of time. The wall clock may jump; durations go by the monotonic one. */
export interface Clock {
  /** Unix ms by the wall clock. */
  now(): number;
  /** Ms that only ever grow. */
  monotonic(): number;
  /** Runs once, so many ms later. @returns what takes it back. */
  after(ms: number, run: () => void): () => void;
}

/** Timers do not keep the process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
