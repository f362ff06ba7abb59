import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { automationSpecSchema, type AutomationSpec, type Firing } from '#app/core/automation.ts';
import type { RunStatus } from '#app/protocol/schema.ts';
import { openStore, type AutomationRecord, type Store } from '#app/store/index.ts';
import type { Clock } from './clock.ts';
import { Scheduler } from './scheduler.ts';

/** A clock that stands still until it is moved; the wall clock can be set apart from the time that passes. */
export class FakeClock implements Clock {
  #wall: number;
  #passed = 0;
  #next = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly run: () => void }>();

  constructor(wall: string | number) {
    this.#wall = typeof wall === 'string' ? Date.parse(wall) : wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#passed;
  }

  after(ms: number, run: () => void): () => void {
    const id = (this.#next += 1);
    this.#timers.set(id, { at: this.#passed + Math.max(0, ms), run });
    return () => this.#timers.delete(id);
  }

  /** Time passes, and timers go off in their order. */
  async pass(ms: number): Promise<void> {
    const until = this.#passed + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= until).toSorted(([a, one], [b, other]) => one.at - other.at || a - b)[0];
      if (due === undefined) break;
      const [id, { at, run }] = due;
      this.#timers.delete(id);
      this.#move(at);
      run();
      await settle();
    }
    this.#move(until);
    await settle();
  }

  /** The machine sleeps: the wall clock goes on, timers and the monotonic clock do not. */
  sleep(ms: number): void {
    this.#wall += ms;
  }

  /** Somebody sets the clock. */
  set(wall: string | number): void {
    this.#wall = typeof wall === 'string' ? Date.parse(wall) : wall;
  }

  #move(passed: number): void {
    this.#wall += passed - this.#passed;
    this.#passed = passed;
  }
}

/** Lets what is awaited in memory go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

export interface FakeRun {
  readonly runId: string;
  readonly automation: string;
  readonly dueKey: string;
  readonly startedAt: number;
  end(status: RunStatus): void;
  cancelled: boolean;
}

export interface Harness {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly runs: FakeRun[];
  readonly busy: Set<string>;
  scheduler: Scheduler;
  add(spec: Partial<AutomationSpec> & { readonly trigger: AutomationSpec['trigger'] }, enabled?: boolean): AutomationRecord;
  firings(automationId?: string): Firing[];
  /** Another engine over the same store, as after a kill. */
  restart(): void;
  close(): void;
}

/** A scheduler over a real store, a clock that is moved by hand and runs that end when they are told to. */
export function openHarness(wall: string, options: { readonly parallel?: number; readonly runMs?: number; readonly outcome?: (run: FakeRun) => RunStatus } = {}): Harness {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-schedule-'));
  const store = openStore(folder);
  const clock = new FakeClock(wall);
  const runs: FakeRun[] = [];
  const busy = new Set<string>();
  const make = (): Scheduler =>
    new Scheduler({
      store: store.automation,
      together: (work) => store.together(work),
      clock,
      filesDir: folder,
      allowed: () => true,
      parallel: () => options.parallel ?? 10,
      isBusy: (pipeline) => busy.has(pipeline),
      start: async (record, firing) => {
        const { promise, resolve } = withResolvers<RunStatus>();
        const run: FakeRun = { runId: `r${runs.length}`, automation: record.id, dueKey: firing.dueKey, startedAt: clock.now(), end: resolve, cancelled: false };
        runs.push(run);
        if (options.runMs !== undefined) clock.after(options.runMs, () => resolve(options.outcome?.(run) ?? 'succeeded'));
        return {
          runId: run.runId,
          finished: promise,
          cancel: () => {
            run.cancelled = true;
            resolve('cancelled');
          },
        };
      },
      failureOf: () => '“Step” failed: no rows.',
      changed: () => undefined,
      failed: (error) => {
        throw error;
      },
    });
  const harness: Harness = {
    store,
    clock,
    runs,
    busy,
    scheduler: make(),
    add: (spec, enabled = true) => store.automation.create(automationSpecSchema.parse({ name: 'Nightly', pipeline: 'pipelines/a.pipeline.json', ...spec }), { enabled, now: clock.now() }),
    firings: (automationId) => store.automation.firings({ automationId, limit: 10_000 }).toReversed(),
    restart() {
      // What a killed engine would have done never happens.
      harness.scheduler.stop();
      harness.scheduler = make();
      harness.scheduler.start();
    },
    close() {
      harness.scheduler.stop();
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return harness;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

export const cron = (text: string, timezone = 'UTC'): AutomationSpec['trigger'] => ({ kind: 'cron', cron: text, timezone });
