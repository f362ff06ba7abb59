import type { Firing } from '#app/core/automation.ts';
import { cronTimes } from '#app/core/cron.ts';
import { toDiagnostic } from '#app/core/errors.ts';
import type { AutomationRecord } from '#app/store/index.ts';
import { dueFirings } from './due.ts';
import { FileTriggers } from './file-trigger.ts';
import { FiringRunner, type RunnerParts } from './runner.ts';

/** The clock may jump while a timer sleeps: it is looked at again after so long at the latest. */
const lookEveryMs = 30_000;
const lookAtFilesEveryMs = 5_000;

export interface SchedulerParts extends RunnerParts {
  readonly filesDir: string;
}

/** Looks at the clock and at folders, writes firings, and has them run. Everything it knows is in the store, so that another engine goes on. */
export class Scheduler {
  readonly runner: FiringRunner;
  readonly files: FileTriggers;
  readonly #parts: SchedulerParts;
  /** Why the last look for an automation failed. */
  readonly #problems = new Map<string, string>();
  #takeBack: (() => void) | null = null;
  #nextLook = Number.POSITIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  /** Ms until a file that was seen has settled. */
  #fileWait: number | null = null;
  #stopped = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.runner = new FiringRunner(parts);
    this.files = new FileTriggers({
      store: parts.store,
      together: (work) => parts.together(work),
      clock: parts.clock,
      filesDir: parts.filesDir,
      fired: () => this.tick(),
      stirred: () => this.#lookAtFiles(),
      failed: (id, error) => this.#problems.set(id, toDiagnostic(error).message),
    });
  }

  /** Why an automation cannot find out what is due: its folder is gone, its time zone unknown here. */
  problem(automationId: string): string | null {
    return this.#problems.get(automationId) ?? null;
  }

  start(): void {
    if (this.#parts.allowed()) this.runner.takeUp();
    this.tick();
  }

  /** Writes what is due and starts what can start. Called by the timer, and whenever something may have become due. */
  tick(): void {
    if (this.#stopped) return;
    if (!this.#parts.allowed()) {
      this.#wakeIn(lookEveryMs);
      return;
    }
    const now = this.#parts.clock.now();
    const records = this.#parts.store.list().filter(({ enabled }) => enabled);
    for (const record of records) this.#writeDue(record, now);
    const waiting = this.runner.pump();
    const soonest = Math.min(waiting ?? Number.POSITIVE_INFINITY, ...records.map((record) => this.nextDue(record, now) ?? Number.POSITIVE_INFINITY));
    const hasFiles = records.some(({ spec }) => spec.trigger.kind === 'file');
    if (hasFiles) this.#lookAtFiles();
    this.#wakeIn(Math.min(soonest - now, hasFiles ? lookAtFilesEveryMs : lookEveryMs));
  }

  /** Next due time of a schedule; null: it has none. */
  nextDue(record: Pick<AutomationRecord, 'spec' | 'seenUntil'>, now: number): number | null {
    const { trigger } = record.spec;
    if (trigger.kind !== 'cron') return null;
    try {
      return cronTimes(trigger.cron, trigger.timezone).after(Math.max(now, record.seenUntil));
    } catch {
      return null;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#takeBack?.();
    this.files.close();
    this.runner.stop();
  }

  /** When nothing is being looked at or run any more, and no file is still growing. */
  async settled(): Promise<void> {
    while (!this.#stopped && (this.#looking !== null || this.#fileWait !== null || !this.runner.isIdle)) {
      await this.#looking;
      await this.runner.settled();
      const wait = this.#fileWait;
      if (wait === null) continue;
      await new Promise<void>((resolve) => this.#parts.clock.after(wait, resolve));
      this.#lookAtFiles();
    }
  }

  #writeDue(record: AutomationRecord, now: number): void {
    try {
      const { firings, seenUntil } = dueFirings(record, now);
      if (record.spec.trigger.kind === 'cron') this.#problems.delete(record.id);
      if (seenUntil === null) return;
      const added: Firing[] = [];
      // The due times and that they are dealt with: both or neither.
      this.#parts.together(() => {
        for (const firing of firings) {
          const one = this.#parts.store.add(firing, now);
          if (one !== null) added.push(one);
        }
        this.#parts.store.seen(record.id, seenUntil);
      });
      for (const firing of added) this.#parts.changed(record, firing);
    } catch (error) {
      this.#problems.set(record.id, toDiagnostic(error).message);
    }
  }

  /** One look at a time; what is asked for meanwhile is one more. */
  #lookAtFiles(): void {
    if (this.#looking !== null) {
      this.#lookAgain = true;
      return;
    }
    if (this.#stopped || !this.#parts.allowed()) return;
    this.#looking = this.#look()
      .catch((error: unknown) => this.#parts.failed(error))
      .finally(() => {
        this.#looking = null;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.#lookAtFiles();
      });
  }

  async #look(): Promise<void> {
    let soonest: number | null = null;
    for (const record of this.#parts.store.list()) {
      if (record.spec.trigger.kind !== 'file' || !record.enabled) continue;
      this.#problems.delete(record.id);
      const wait = await this.files.look(record);
      if (this.#stopped) return;
      if (wait !== null) soonest = soonest === null ? wait : Math.min(soonest, wait);
    }
    this.#fileWait = soonest;
    if (soonest !== null) this.#wakeIn(soonest);
  }

  /** Wakes in so long or sooner. */
  #wakeIn(ms: number): void {
    if (this.#stopped) return;
    const { clock } = this.#parts;
    const at = clock.monotonic() + Math.max(20, Math.min(ms, lookEveryMs));
    if (this.#takeBack !== null && this.#nextLook <= at) return;
    this.#takeBack?.();
    this.#nextLook = at;
    this.#takeBack = clock.after(at - clock.monotonic(), () => {
      this.#takeBack = null;
      this.#nextLook = Number.POSITIVE_INFINITY;
      this.tick();
    });
  }
}
