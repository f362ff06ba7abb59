import type { AttemptOutcome, AutomationSpec, Firing } from '#app/core/automation.ts';
import { toDiagnostic } from '#app/core/errors.ts';
import { formatDuration } from '#app/core/units.ts';
import type { RunStatus } from '#app/protocol/schema.ts';
import type { AutomationRecord, AutomationStore } from '#app/store/index.ts';
import { retryWait } from './backoff.ts';
import type { Clock } from './clock.ts';
import { graceMs } from './due.ts';

/** A run under way, as the runner sees it. */
export interface StartedRun {
  readonly runId: string;
  readonly finished: Promise<RunStatus>;
  cancel(): void;
}

export interface RunnerParts {
  readonly store: AutomationStore;
  together<T>(work: () => T): T;
  readonly clock: Clock;
  /** Whether triggers may fire in this process now. */
  allowed(): boolean;
  /** Runs at once in this project. */
  parallel(): number;
  /** Whether somebody else runs the pipeline now. */
  isBusy(pipelinePath: string): boolean;
  start(record: AutomationRecord, firing: Firing): Promise<StartedRun>;
  /** Why a run failed, in a sentence. */
  failureOf(runId: string): string;
  /** Hears of every firing that has ended, and of changes in between. */
  changed(record: AutomationRecord, firing: Firing): void;
  failed(error: unknown): void;
}

interface Active {
  readonly firing: Firing;
  run: StartedRun | null;
  /** Why it is being cancelled, where it is not a person who does it. */
  stopping: 'timed-out' | 'replaced' | null;
  done: Promise<void>;
}

/** Takes waiting firings and runs them: one of an automation at a time, so many of a project, each attempt written before it begins. */
export class FiringRunner {
  readonly #parts: RunnerParts;
  /** By automation. */
  readonly #active = new Map<string, Active>();
  #stopped = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /**
   * What an engine that was killed or closed left open goes on as the misfire policy says: times are left out, made up for once or each;
   * events (a file, an upstream run …) all go on unless the policy is to leave out.
   */
  takeUp(): void {
    const { store, clock } = this.#parts;
    const now = clock.now();
    for (const record of store.list()) {
      const open = store.open(record.id);
      const { policy, limit } = record.spec.misfire;
      const isTime = (firing: Firing): boolean => firing.dueKey.startsWith('time:');
      const times = open.filter(isTime);
      const kept = new Set(policy === 'skip' ? [] : policy === 'once' ? times.slice(-1) : times.slice(-limit));
      this.#parts.together(() => {
        for (const firing of open) {
          const last = firing.attempts.at(-1);
          if (firing.state === 'running' && last !== undefined && last.outcome === null) store.endAttempt(firing.id, last.attempt, { outcome: 'interrupted', reason: 'Penstock stopped while it ran.', now });
          const isFresh = firing.state === 'waiting' && now - firing.dueAt <= graceMs;
          const goesOn = isFresh || (isTime(firing) ? kept.has(firing) : policy !== 'skip');
          if (!goesOn) store.end(firing.id, firing.state === 'running' ? 'cancelled' : 'skipped', firing.state === 'running' ? 'Penstock stopped while it ran; missed times are not made up for.' : 'Penstock stopped before it began; missed times are not made up for.', now);
          else if (firing.state === 'running') store.wait(firing.id, 'Penstock stopped while it ran; it begins again.', null);
        }
      });
    }
  }

  /** Starts what can start. @returns when something that waits may start by time alone; null: nothing does. */
  pump(): number | null {
    const { store, clock } = this.#parts;
    if (this.#stopped || !this.#parts.allowed()) return null;
    const now = clock.now();
    let soonest: number | null = null;
    /** Automations that have an older firing which is not done. */
    const blocked = new Map<string, Firing>();
    for (const { firing } of this.#active.values()) blocked.set(firing.automationId, firing);
    for (const firing of store.open()) {
      if (firing.state !== 'waiting') continue;
      const record = store.find(firing.automationId);
      if (record === null) continue;
      if (!record.enabled && !firing.dueKey.startsWith('manual:')) {
        this.#end(record, firing, 'skipped', 'It was switched off before it could begin.');
        continue;
      }
      const before = blocked.get(record.id);
      if (before !== undefined && !this.#passes(record, firing, before)) continue;
      if (firing.notBefore !== null && firing.notBefore > now) {
        soonest = soonest === null ? firing.notBefore : Math.min(soonest, firing.notBefore);
        blocked.set(record.id, firing);
        continue;
      }
      if (this.#active.has(record.id)) continue;
      if (this.#parts.isBusy(record.spec.pipeline)) {
        if (record.spec.overlap === 'skip') this.#end(record, firing, 'skipped', 'Skipped because the pipeline was being run already.');
        else this.#waits(record, firing, 'Waits for another run of the pipeline.');
        blocked.set(record.id, firing);
        continue;
      }
      if (this.#active.size >= this.#parts.parallel()) {
        this.#waits(record, firing, `Waits for a free place: ${this.#active.size} scheduled ${this.#active.size === 1 ? 'run is' : 'runs are'} under way.`);
        blocked.set(record.id, firing);
        continue;
      }
      this.#begin(record, firing);
      blocked.set(record.id, firing);
    }
    return soonest;
  }

  /** What happens to a firing while one before it is not done. @returns whether it may begin. */
  #passes(record: AutomationRecord, firing: Firing, before: Firing): boolean {
    const { overlap } = record.spec;
    const active = this.#active.get(record.id);
    if (overlap === 'skip') {
      this.#end(record, firing, 'skipped', active === undefined ? 'Skipped because the firing before waits for its next attempt.' : 'Skipped because the firing before was still running.');
      return false;
    }
    if (overlap === 'queue') {
      this.#waits(record, firing, 'Waits for the firing before it.');
      return false;
    }
    if (active === undefined) {
      this.#end(record, before, 'cancelled', 'Replaced by a later firing.');
      return true;
    }
    active.stopping ??= 'replaced';
    active.run?.cancel();
    this.#waits(record, firing, 'Waits until the firing that it replaces has stopped.');
    return false;
  }

  #waits(record: AutomationRecord, firing: Firing, reason: string): void {
    if (firing.reason === reason) return;
    this.#parts.store.wait(firing.id, reason, firing.notBefore);
    this.#parts.changed(record, this.#parts.store.firing(firing.id));
  }

  #end(record: AutomationRecord, firing: Firing, state: 'skipped' | 'cancelled', reason: string): void {
    this.#parts.store.end(firing.id, state, reason, this.#parts.clock.now());
    this.#parts.changed(record, this.#parts.store.firing(firing.id));
  }

  #begin(record: AutomationRecord, firing: Firing): void {
    const attempt = this.#parts.store.beginAttempt(firing.id, this.#parts.clock.now());
    const active: Active = { firing, run: null, stopping: null, done: Promise.resolve() };
    this.#active.set(record.id, active);
    active.done = this.#attempt(record, active, attempt).catch((error: unknown) => this.#parts.failed(error));
    this.#parts.changed(record, this.#parts.store.firing(firing.id));
  }

  async #attempt(record: AutomationRecord, active: Active, attempt: number): Promise<void> {
    const { store, clock } = this.#parts;
    const { firing } = active;
    let outcome: AttemptOutcome;
    let reason = '';
    let stopTimer: (() => void) | null = null;
    try {
      const run = await this.#parts.start(record, firing);
      active.run = run;
      store.attemptRun(firing.id, attempt, run.runId);
      if (active.stopping !== null) run.cancel();
      const { timeout } = record.spec;
      if (timeout > 0) {
        stopTimer = clock.after(timeout * 1000, () => {
          active.stopping ??= 'timed-out';
          run.cancel();
        });
      }
      const status = await run.finished;
      outcome = status === 'succeeded' ? 'succeeded' : active.stopping === 'timed-out' ? 'timed-out' : status === 'cancelled' ? 'cancelled' : 'failed';
      if (outcome === 'failed') reason = this.#parts.failureOf(run.runId);
      else if (outcome === 'timed-out') reason = `It took longer than ${formatDuration(timeout * 1000)} and was stopped.`;
      else if (outcome === 'cancelled') reason = active.stopping === 'replaced' ? 'Replaced by a later firing.' : 'Somebody cancelled the run.';
    } catch (error) {
      const { message, code } = toDiagnostic(error);
      if (code === 'unexpected') this.#parts.failed(error);
      // Somebody started the pipeline in between: it waits for that run as it would have before.
      outcome = code === 'already-running' ? 'interrupted' : 'failed';
      reason = message;
    }
    stopTimer?.();
    // A closing engine cancels its runs: the firing stays open, and the next opening takes it up.
    if (this.#stopped) return;
    this.#active.delete(record.id);
    this.#settle(store.find(record.id), firing.id, attempt, outcome, reason);
    this.pump();
  }

  #settle(record: AutomationRecord | null, firingId: string, attempt: number, outcome: AttemptOutcome, reason: string): void {
    const { store, clock } = this.#parts;
    // Removed meanwhile, and its firings with it.
    if (record === null) return;
    const now = clock.now();
    this.#parts.together(() => {
      store.endAttempt(firingId, attempt, { outcome, reason, now });
      const tries = store.firing(firingId).attempts.filter((one) => one.outcome === 'failed' || one.outcome === 'timed-out').length;
      const again = (outcome === 'failed' || outcome === 'timed-out') && tries <= record.spec.retry.times;
      if (outcome === 'interrupted') store.wait(firingId, 'Waits for another run of the pipeline.', null);
      else if (again) store.wait(firingId, nextTry(record.spec, tries, reason), now + retryWait(record.spec.retry, firingId, tries));
      else store.end(firingId, outcome, reason, now);
    });
    this.#parts.changed(record, store.firing(firingId));
  }

  /** Runs of firings under way. */
  get activeRuns(): ReadonlySet<string> {
    return new Set([...this.#active.values()].flatMap(({ run }) => (run === null ? [] : [run.runId])));
  }

  get isIdle(): boolean {
    return this.#active.size === 0;
  }

  /** From here on nothing begins, and what ends stays open in the store. */
  stop(): void {
    this.#stopped = true;
  }

  /** When every attempt under way has ended. */
  async settled(): Promise<void> {
    while (this.#active.size > 0) await Promise.all([...this.#active.values()].map(({ done }) => done));
  }
}

function nextTry({ retry }: AutomationSpec, failed: number, reason: string): string {
  return `Attempt ${failed} of ${retry.times + 1} failed: ${reason}`;
}
