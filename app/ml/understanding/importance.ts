import type { RawColumn, RawColumns } from '../model/raw-columns.ts';
import type { Predictions } from '../model/scorer.ts';
import { shuffle, uniform } from '../learners/random.ts';
import { isLoss, measureOf, type ModelMeasure } from './measures.ts';
import type { HeldRows } from './model-rows.ts';

/** Raw columns in, predictions out; `rows` of them. */
export type ScoreColumns = (columns: RawColumns, rows: number) => Promise<Predictions>;

export interface ImportanceQuestion {
  readonly held: HeldRows;
  readonly classes: number;
  /** Columns that are permuted together; one column each as a rule. */
  readonly units: readonly (readonly string[])[];
  readonly repeats: number;
  readonly measure: ModelMeasure;
  /** The order of rows that a unit's columns get in a repeat. */
  permutation(unit: number, repeat: number): Int32Array;
  score: ScoreColumns;
  /** Told before each unit; throws to stop. */
  before(unit: number): void;
}

export interface UnitImportance {
  readonly columns: readonly string[];
  /** By repeat: how much worse the measure is, in its own units; below 0 it is better. */
  readonly drops: readonly number[];
}

export interface Importances {
  readonly baseline: number;
  readonly units: readonly UnitImportance[];
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019): how much worse the model does when the values of a raw column are
 * dealt out anew among the rows. The column keeps its values and loses what it says about the target.
 */
export async function permutationImportance({ held, classes, units, repeats, measure, permutation, score, before }: ImportanceQuestion): Promise<Importances> {
  const value = async (columns: RawColumns): Promise<number> => measureOf(measure, await score(columns, held.rows), held.truth, classes);
  const baseline = await value(held.columns);
  const found: UnitImportance[] = [];
  for (const [unit, columns] of units.entries()) {
    before(unit);
    const drops: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const order = permutation(unit, repeat);
      const changed: Record<string, RawColumn> = Object.assign(Object.create(null), held.columns);
      for (const name of columns) changed[name] = reordered(held.columns[name] ?? [], order);
      const other = await value(changed);
      drops.push(isLoss(measure) ? other - baseline : baseline - other);
    }
    found.push({ columns, drops });
  }
  return { baseline, units: found };
}

/** Permutations that depend on the seed, the unit and the repeat only. */
export function seededPermutations(rows: number, seed: number): (unit: number, repeat: number) => Int32Array {
  return (unit, repeat) => {
    const order = Int32Array.from({ length: rows }, (_unused, row) => row);
    shuffle(order, uniform(Math.imul(seed ^ Math.imul(unit + 1, 0x9e3779b1), 0x85ebca6b) + repeat));
    return order;
  };
}

function reordered(values: RawColumn, order: Int32Array): RawColumn {
  if (values instanceof Float64Array) return Float64Array.from(order, (row) => values[row] ?? Number.NaN);
  return Array.from(order, (row) => values[row] ?? null);
}
