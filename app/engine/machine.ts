import os from 'node:os';

/** Nodes at once: their heavy parts are threaded themselves, so more than a few only compete. */
export function parallelNodes(): number {
  return Math.max(2, Math.min(4, os.availableParallelism()));
}

/** The system's name for the person; some containers have none. */
export function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'unknown';
  }
}
