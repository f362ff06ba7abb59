import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { canonicalJson } from '#app/core/hash.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import { foldMetrics } from '../evaluation/fold-metrics.ts';
import { foldTable, type FoldTable, type NumberedRows } from '../evaluation/fold-table.ts';
import type { Folds, Split } from '../evaluation/folds.ts';
import { inParallel } from '../evaluation/in-parallel.ts';
import { makeFolds } from '../evaluation/make-folds.ts';
import type { TestedRows } from '../evaluation/run-fold.ts';
import { splitSeed } from '../evaluation/test-and-score.ts';
import { findAlgorithm } from '../learners/registry.ts';
import { shuffle, uniform } from '../learners/random.ts';
import { readFeatureRows, type FeatureRows } from '../model/feature-rows.ts';
import { readLearningRows, type LearningRows, type LearnServices } from '../model/learn.ts';
import { fitAndScore } from './fit-and-score.ts';

/** Numbers of features kept in memory for later trials (float32: 600 MB); beyond, the oldest folds are read again when they are needed. */
const KEPT_CELLS = 150_000_000;
const MOST_AT_ONCE = 8;

/** What a trial of a learner found: for each fold its metrics by name, and the tested rows with their predictions. */
export interface TrialOutcome {
  readonly metrics: readonly Readonly<Record<string, number>>[];
  readonly tested: readonly TestedRows[];
  /** Time of all fits together in milliseconds, side by side or not. */
  readonly fitMs: number;
}

export interface TrialOptions {
  /** Share of each fold's training rows that is trained on, classes in their shares; default 1. Smaller shares are parts of larger ones. */
  readonly share?: number;
  readonly signal: AbortSignal;
  readonly progress?: (fraction: number) => void;
}

interface KeptFold {
  readonly learning: LearningRows;
  readonly test: FeatureRows;
}

/**
 * Folds that many learners are tried on: recipes are fitted once a fold, and their features stay in memory for the next learner with
 * the same recipe.
 */
export class TrialFolds {
  readonly rows: NumberedRows;
  readonly folds: Folds;
  /** Tested ÷ training rows of a fold. */
  readonly ratio: number;
  readonly #table: FoldTable;
  readonly #seed: number;
  readonly #services: LearnServices;
  readonly #kept = new Map<string, Promise<KeptFold>>();
  readonly #cells = new Map<string, number>();

  private constructor(rows: NumberedRows, folds: Folds, table: FoldTable, seed: number, services: LearnServices) {
    this.rows = rows;
    this.folds = folds;
    this.ratio = 1 / ((new Set(folds.splits.map(({ fold }) => fold)).size || 2) - 1);
    this.#table = table;
    this.#seed = seed;
    // What folds have to say is said once, when the chosen learner is fitted on all rows.
    this.#services = { ...services, seed, progress: () => undefined, metric: () => undefined, log: () => undefined, report: () => undefined };
  }

  /** @throws PenstockError those of makeFolds. */
  static async open(rows: NumberedRows, k: number, repeats: number, seed: number, services: LearnServices): Promise<TrialFolds> {
    const folds = await makeFolds({ by: 'k-fold', k, repeats, stratified: true }, rows, seed, services.tables, services.report);
    return new TrialFolds(rows, folds, await foldTable(rows, folds, services.tables), seed, services);
  }

  /** Fits and tests a learner in every fold. @throws PenstockError those of `learn`; CancelledError. */
  async run(spec: LearnerSpec, options: TrialOptions): Promise<TrialOutcome> {
    const { splits } = this.folds;
    const limit = Math.max(1, Math.min(MOST_AT_ONCE, availableParallelism()));
    const sideBySide = withThreads(spec, Math.max(1, Math.floor(availableParallelism() / Math.min(limit, splits.length))));
    let done = 0;
    const found = await inParallel(splits, limit, options.signal, async (split, _index, signal) => {
      const { learning, test } = await this.#fold(spec, split, signal);
      const { tested, fitMs } = await fitAndScore(this.rows, sideBySide, this.#part(learning, options.share ?? 1, split), test, { signal, seed: splitSeed(this.#seed, split) });
      done += 1;
      options.progress?.(done / splits.length);
      return { metrics: foldMetrics(this.rows.task, tested, this.rows.classes), tested, fitMs };
    });
    return { metrics: found.map(({ metrics }) => metrics), tested: found.map(({ tested }) => tested), fitMs: found.reduce((sum, { fitMs }) => sum + fitMs, 0) };
  }

  async #fold(spec: LearnerSpec, split: Split, signal: AbortSignal): Promise<KeptFold> {
    const takesMissing = findAlgorithm(spec.algorithm, spec.task).takesMissing === true;
    const key = canonicalJson([spec.recipe, spec.features, takesMissing, split.repeat, split.fold]);
    const known = this.#kept.get(key);
    if (known !== undefined) {
      // Last used, last dropped.
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known;
    }
    const reading = this.#read(spec, split, signal);
    this.#kept.set(key, reading);
    try {
      const fold = await reading;
      this.#cells.set(key, fold.learning.data.matrix.length + fold.test.matrix.length);
      this.#makeRoom(key);
      return fold;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  async #read(spec: LearnerSpec, split: Split, signal: AbortSignal): Promise<KeptFold> {
    const services = { ...this.#services, signal, seed: splitSeed(this.#seed, split) };
    const { rows } = this;
    const learning = await readLearningRows(spec, { relation: this.#table.trainingRows(split), schema: rows.schema }, services, { place: rows.place, keepRows: true });
    const test = await readFeatureRows(learning.fitted, this.#table.testRows(split), [], services.tables, { rows: rows.rows - learning.data.rows, place: rows.place, shared: true, signal, resolvePath: services.resolvePath });
    return { learning, test };
  }

  #makeRoom(newest: string): void {
    let cells = [...this.#cells.values()].reduce((sum, count) => sum + count, 0);
    for (const [key, count] of this.#cells) {
      if (cells <= KEPT_CELLS) return;
      if (key === newest) continue;
      this.#kept.delete(key);
      this.#cells.delete(key);
      cells -= count;
    }
  }

  #part(learning: LearningRows, share: number, split: Split): LearningRows {
    if (share >= 1) return learning;
    const { data, prepared } = learning;
    const width = learning.fitted.outputs.length;
    const target = data.beside[0] ?? new Float64Array();
    const chosen = chooseRows(prepared.classes.length === 0 ? null : target, data.rows, share, splitSeed(this.#seed, split));
    const matrix = new Float32Array(chosen.length * width);
    for (const [at, row] of chosen.entries()) matrix.set(data.matrix.subarray(row * width, (row + 1) * width), at * width);
    return { ...learning, data: { matrix, rows: chosen.length, beside: [Float64Array.from(chosen, (row) => target[row] ?? Number.NaN)], places: chosen.map((row) => data.places[row] ?? 0) } };
  }
}

/** Fits that run side by side share the cores, where a learner lets itself be told; what it learns does not depend on it. */
function withThreads(spec: LearnerSpec, threads: number): LearnerSpec {
  const { params } = findAlgorithm(spec.algorithm, spec.task);
  if (!(params instanceof z.ZodObject) || !('threads' in params.shape) || spec.params['threads'] !== undefined) return spec;
  return { ...spec, params: { ...spec.params, threads } };
}

/** Rows of a share, at least two of each class, in their order. Equal seeds draw equal rows, and smaller shares parts of larger ones. */
export function chooseRows(classes: Float64Array | null, rows: number, share: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_unused, row) => row);
  shuffle(order, uniform(seed));
  const counts = new Map<number, number>();
  for (let row = 0; row < rows; row += 1) counts.set(classes?.[row] ?? 0, (counts.get(classes?.[row] ?? 0) ?? 0) + 1);
  const left = new Map([...counts].map(([cls, count]) => [cls, Math.max(Math.min(2, count), Math.ceil(share * count))]));
  return order
    .filter((row) => {
      const cls = classes?.[row] ?? 0;
      const count = left.get(cls) ?? 0;
      left.set(cls, count - 1);
      return count > 0;
    })
    .sort();
}
