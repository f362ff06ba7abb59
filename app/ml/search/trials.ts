import { CancelledError, isCancelled, PenstockError } from '#app/core/errors.ts';
import { formatDuration, formatNumber } from '#app/core/units.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import { betterBy, type ScoreMetric } from '#app/sdk/scores.ts';
import type { LearnServices } from '../model/learn.ts';
import type { TrialMemory, TrialScores } from './memory.ts';
import type { TrialFolds, TrialOutcome } from './trial-folds.ts';

/** `dropped`: left behind by successive halving before the full budget. */
export type TrialStatus = 'done' | 'dropped' | 'failed';

export interface Trial {
  /** From 1, in the order of trials. */
  readonly number: number;
  /** What the trial is called in the log: “Gradient boosting”, or its params. */
  readonly title: string;
  readonly spec: LearnerSpec;
  /** The params that were tried; those of the spec that are not searched are left out. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Share of the full budget of its last fit. */
  readonly budget: number;
  readonly status: TrialStatus;
  /** Of the metric, a score a fold. */
  readonly scores: readonly number[];
  readonly mean: number;
  /** Wall time of all its fits, in seconds. */
  readonly seconds: number;
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** The predictions for tested rows; absent for trials that an earlier run made. */
  readonly outcome?: TrialOutcome;
}

export interface TrialRequest {
  readonly title: string;
  readonly spec: LearnerSpec;
  readonly params: Readonly<Record<string, unknown>>;
  /** Fits on a share of the rows. */
  readonly share?: number;
  /** What `share`, or the spec's iterations, is of the full budget; default 1. */
  readonly budget?: number;
  /** Number of an earlier trial of the same params with less budget. */
  readonly again?: number;
  /** Seconds after which the trial is given up as failed. */
  readonly limit?: number;
}

/** Runs trials one after another within a time limit, remembers them, and tells how it goes. */
export class Trials {
  readonly metric: ScoreMetric;
  readonly folds: TrialFolds;
  readonly #services: LearnServices;
  readonly #memory: TrialMemory;
  readonly #deadline: number | null;
  readonly #trials = new Map<number, Trial>();
  readonly #began = performance.now();
  #recalled = 0;

  /** @param seconds after which no more is tried; null: no limit. The first trial is made to its end in any case. */
  constructor(metric: ScoreMetric, folds: TrialFolds, memory: TrialMemory, seconds: number | null, services: LearnServices) {
    this.metric = metric;
    this.folds = folds;
    this.#memory = memory;
    this.#services = services;
    this.#deadline = seconds === null ? null : performance.now() + 1000 * seconds;
  }

  get all(): readonly Trial[] {
    return [...this.#trials.values()].sort((a, b) => a.number - b.number);
  }

  /** Trials whose scores an earlier, killed run had found. */
  get recalled(): number {
    return this.#recalled;
  }

  /** Wall time so far, in seconds. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** Seconds until the time is over; infinite where there is no limit. */
  get left(): number {
    return this.#deadline === null ? Number.POSITIVE_INFINITY : Math.max(0, (this.#deadline - performance.now()) / 1000);
  }

  get isOver(): boolean {
    return this.#deadline !== null && performance.now() >= this.#deadline;
  }

  /** Best of the trials with the full budget; null before there is one. */
  get best(): Trial | null {
    return this.all.reduce<Trial | null>((best, trial) => (trial.status === 'done' && trial.budget >= 1 && Number.isFinite(trial.mean) && (best === null || this.isBetter(trial.mean, best.mean)) ? trial : best), null);
  }

  isBetter(mean: number, than: number): boolean {
    return betterBy(this.metric, mean - than) > 0;
  }

  /** Smaller is better. */
  lossOf(trial: Trial): number {
    return trial.status === 'failed' || !Number.isFinite(trial.mean) ? Number.POSITIVE_INFINITY : -betterBy(this.metric, trial.mean);
  }

  /** @returns null where the time ran out before the trial was done. A learner that fails is a trial with a failure, except the very first. @throws CancelledError. */
  async run(request: TrialRequest): Promise<Trial | null> {
    const isFirst = this.#trials.size === 0;
    if (!isFirst && this.isOver) return null;
    const { folds } = this.folds;
    const what = [request.spec, request.share ?? 1, folds.splits.length, folds.blocks.length];
    const known = this.#memory.find(what);
    if (this.#memory.isRecalled(what)) this.#recalled += 1;
    const made = known === null ? await this.#make(request, isFirst) : { scores: known };
    if (made === null) return null;
    if (known === null) await this.#memory.keep(what, made.scores);
    return this.#record(request, made.scores, made.outcome);
  }

  /** The trial with predictions, which trials of an earlier run are without. */
  async withOutcome(trial: Trial): Promise<Trial> {
    if (trial.outcome !== undefined) return trial;
    const outcome = await this.folds.run(trial.spec, { signal: this.#services.signal });
    const full = { ...trial, outcome };
    this.#trials.set(trial.number, full);
    return full;
  }

  /** Forgets the predictions of trials that nobody will ask for. */
  keepOutcomes(kept: ReadonlySet<number>): void {
    for (const [number, trial] of this.#trials) {
      if (trial.outcome === undefined || kept.has(number)) continue;
      const { outcome: _outcome, ...rest } = trial;
      this.#trials.set(number, rest);
    }
  }

  /** Trials with these numbers were left behind by successive halving. */
  drop(numbers: readonly number[]): void {
    for (const number of numbers) {
      const trial = this.#trials.get(number);
      if (trial?.status === 'done') this.#trials.set(number, { ...trial, status: 'dropped' });
    }
  }

  async #make(request: TrialRequest, isFirst: boolean): Promise<{ readonly scores: TrialScores; readonly outcome?: TrialOutcome } | null> {
    const { signal } = this.#services;
    const limit = new AbortController();
    const own = new AbortController();
    const ownTimer = request.limit === undefined || isFirst ? undefined : setTimeout(() => own.abort(), 1000 * request.limit);
    const timer = this.#deadline === null || isFirst ? undefined : setTimeout(() => limit.abort(), Math.max(0, this.#deadline - performance.now()));
    const began = performance.now();
    const failed = (failure: TrialScores['failure']): TrialScores => ({ metrics: [], fitMs: 0, seconds: (performance.now() - began) / 1000, failure });
    try {
      const outcome = await this.folds.run(request.spec, { share: request.share ?? 1, signal: AbortSignal.any([signal, limit.signal, own.signal]) });
      return { outcome, scores: { metrics: [...outcome.metrics], fitMs: outcome.fitMs, seconds: (performance.now() - began) / 1000, failure: null } };
    } catch (error) {
      if (signal.aborted) throw isCancelled(error) ? error : new CancelledError();
      if (limit.signal.aborted) return null;
      if (own.signal.aborted) return { scores: failed({ code: 'trial-too-long', message: `It took longer than the ${formatDuration(1000 * (request.limit ?? 0))} that one trial may take of the time there is.` }) };
      if (!(error instanceof PenstockError) || isCancelled(error) || isFirst) throw error;
      return { scores: failed({ code: error.code, message: error.message }) };
    } finally {
      clearTimeout(ownTimer);
      clearTimeout(timer);
    }
  }

  #record(request: TrialRequest, found: TrialScores, outcome: TrialOutcome | undefined): Trial {
    const before = request.again === undefined ? undefined : this.#trials.get(request.again);
    const scores = found.metrics.map((metrics) => metrics[this.metric.name] ?? Number.NaN);
    const finite = scores.filter((score) => Number.isFinite(score));
    const mean = finite.length === 0 ? Number.NaN : finite.reduce((sum, score) => sum + score, 0) / finite.length;
    const number = before?.number ?? this.#trials.size + 1;
    const trial: Trial = {
      number,
      title: request.title,
      spec: request.spec,
      params: request.params,
      budget: request.budget ?? 1,
      status: found.failure === null ? 'done' : 'failed',
      scores,
      mean,
      seconds: (before?.seconds ?? 0) + found.seconds,
      failure: found.failure,
      ...(outcome === undefined ? {} : { outcome }),
    };
    this.#trials.set(number, trial);
    this.#tell(trial);
    return trial;
  }

  #tell(trial: Trial): void {
    const { metric, log } = this.#services;
    const { best } = this;
    const step = this.#trials.size;
    if (best !== null) metric(`best ${this.metric.title}`, best.mean, step);
    const share = trial.budget < 1 ? `, ${formatNumber(100 * trial.budget)} % of the budget` : '';
    if (trial.failure !== null) log('warning', `${trial.number}: ${trial.title} failed: ${trial.failure.message}`);
    else log('info', `${trial.number}: ${trial.title}: ${this.metric.title} ${formatNumber(trial.mean)}${best?.number === trial.number ? ', the best so far' : ''} (${formatDuration(1000 * trial.seconds)}${share})`);
  }
}
