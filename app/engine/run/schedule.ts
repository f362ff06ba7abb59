import { isCancelled } from '#app/core/errors.ts';

/**
 * Runs a graph of tasks: each as soon as what it needs has succeeded, independent ones side by side.
 * Knows nothing of nodes or caches, so that order, isolation and cancelling can be tested alone.
 */

export interface Task {
  readonly id: string;
  /** Ids of tasks that must have succeeded first; ids that are not in the list are ignored. */
  readonly needs: readonly string[];
  /** Light tasks only build a description (a relational node): they take no slot and never wait for one. */
  readonly light: boolean;
}

export type Outcome = 'succeeded' | 'failed' | 'cancelled' | 'skipped';

export interface ScheduleOptions {
  /** Heavy tasks at a time, at least 1. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  /** Does the work. Throwing fails the task (or cancels it, when the signal has aborted). */
  execute(id: string, signal: AbortSignal): Promise<void>;
  /** Told once for each task that ends. For `skipped`, `because` is the failed or cancelled task at the root of it. */
  settled(id: string, outcome: Outcome, detail: { readonly error?: unknown; readonly because?: string }): void;
  /**
   * How long a task may take to stop after the signal aborts, ms. After that it is reported as cancelled and left behind:
   * a native call that ignores its signal must not hold up the person who pressed Cancel.
   */
  readonly graceMs?: number;
}

const defaultGraceMs = 1500;

/**
 * Resolves when every task has ended: failures are outcomes. Rejects only with what `settled` throws. Tasks on a cycle end as `skipped`.
 * @returns outcome by task id.
 */
export async function runSchedule(tasks: readonly Task[], options: ScheduleOptions): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const ids = new Set(tasks.map((task) => task.id));
  const waiting = new Map<string, number>();
  const dependants = new Map<string, string[]>();
  const light = new Set<string>();
  const ready: string[] = [];
  const readyLight: string[] = [];
  for (const task of tasks) {
    const needs = new Set(task.needs.filter((need) => ids.has(need)));
    waiting.set(task.id, needs.size);
    for (const need of needs) {
      const list = dependants.get(need);
      if (list) list.push(task.id);
      else dependants.set(need, [task.id]);
    }
    if (task.light) light.add(task.id);
    if (needs.size === 0) (task.light ? readyLight : ready).push(task.id);
  }

  function settle(id: string, outcome: Outcome, detail: { error?: unknown; because?: string }): void {
    if (outcomes.has(id)) return;
    outcomes.set(id, outcome);
    options.settled(id, outcome, detail);
    const next = dependants.get(id) ?? [];
    if (outcome === 'succeeded') {
      for (const dependant of next) {
        const left = (waiting.get(dependant) ?? 0) - 1;
        waiting.set(dependant, left);
        if (left === 0 && !outcomes.has(dependant)) (light.has(dependant) ? readyLight : ready).push(dependant);
      }
      return;
    }
    // Breadth first and not by recursion: a chain may be 10⁵ long.
    const because = detail.because ?? id;
    const queue = [...next];
    for (let at = 0; at < queue.length; at += 1) {
      const dependant = queue[at] as string;
      if (outcomes.has(dependant)) continue;
      outcomes.set(dependant, 'skipped');
      options.settled(dependant, 'skipped', { because });
      queue.push(...(dependants.get(dependant) ?? []));
    }
  }

  let running = 0;
  let wake: () => void = () => undefined;
  const abandoned = new Set<string>();
  const inFlight = new Set<string>();
  let fault: { readonly thrown: unknown } | null = null;

  function start(id: string): void {
    const heavy = !light.has(id);
    if (heavy) running += 1;
    inFlight.add(id);
    void outcomeOf(id).then(({ outcome, error }) => {
      inFlight.delete(id);
      if (heavy) running -= 1;
      try {
        if (!abandoned.has(id)) settle(id, outcome, error === undefined ? {} : { error });
      } catch (thrown) {
        fault ??= { thrown };
      }
      wake();
    });
  }

  async function outcomeOf(id: string): Promise<{ outcome: Outcome; error?: unknown }> {
    try {
      await options.execute(id, options.signal);
      return { outcome: 'succeeded' };
    } catch (error) {
      return { outcome: options.signal.aborted || isCancelled(error) ? 'cancelled' : 'failed', error };
    }
  }

  const parallel = Math.max(1, options.parallel);
  let graceOver = false;
  let graceTimer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = (): void => {
    graceTimer = setTimeout(() => {
      graceOver = true;
      wake();
    }, options.graceMs ?? defaultGraceMs);
    wake();
  };
  if (options.signal.aborted) onAbort();
  else options.signal.addEventListener('abort', onAbort, { once: true });

  try {
    for (;;) {
      if (fault !== null) throw (fault as { readonly thrown: unknown }).thrown;
      if (!options.signal.aborted) {
        for (let id = readyLight.shift(); id !== undefined; id = readyLight.shift()) start(id);
        while (running < parallel) {
          const id = ready.shift();
          if (id === undefined) break;
          start(id);
        }
      }
      if (inFlight.size === 0) break;
      if (graceOver) {
        for (const id of inFlight) {
          abandoned.add(id);
          settle(id, 'cancelled', {});
        }
        break;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    clearTimeout(graceTimer);
  }
  for (const task of tasks) {
    if (outcomes.has(task.id)) continue;
    settle(task.id, options.signal.aborted ? 'cancelled' : 'skipped', {});
  }
  return outcomes;
}
