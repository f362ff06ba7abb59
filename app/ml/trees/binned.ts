import type { Arena } from '../kernels/arena.ts';
import { feature, fixed, given, group, missingBin, mostLanes, orderBytes } from './layout.ts';
import type { Team } from '../kernels/team.ts';

export interface BinOptions {
  /** Bins of a number, at most 255. */
  readonly maxBins: number;
  /** By feature: number of its categories, 0 where it is a number. */
  readonly categories: readonly number[];
  /** By feature: 1 rising, -1 falling, 0 any. */
  readonly monotone: readonly number[];
}

/** Rows whose values decide where the cuts are. */
const sampleRows = 200_000;
/** Rows binned at a time. */
const chunkRows = 65_536;
/** Most categories of a feature that have a bin of their own. */
export const mostCategories = 254;

/** Values as small numbers: by column, as splits read them, and side by side for each row, as histograms do. */
export class Binned {
  readonly features: number;
  readonly rows: number;
  readonly #arena: Arena;
  readonly #table: number;

  private constructor(arena: Arena, features: number, rows: number, table: number) {
    this.#arena = arena;
    this.features = features;
    this.rows = rows;
    this.#table = table;
  }

  /**
   * Takes memory and writes the tables of features and groups; `fill` does the rest once the threads run. Features are dealt out to the threads
   * in even parts, each packed by up to sixteen in groups about equally large.
   */
  static plan(arena: Arena, integers: Int32Array, rows: number, features: number, threads: number, options: BinOptions): Binned {
    const table = arena.take(features * feature.words * 4);
    const groups: { readonly first: number; readonly lanes: number; readonly thread: number }[] = [];
    for (let thread = 0; thread < threads; thread += 1) {
      const [from, to] = [Math.round((features * thread) / threads), Math.round((features * (thread + 1)) / threads)];
      const parts = Math.ceil((to - from) / mostLanes);
      for (let part = 0; part < parts; part += 1) {
        const first = from + Math.round(((to - from) * part) / parts);
        groups.push({ first, lanes: from + Math.round(((to - from) * (part + 1)) / parts) - first, thread });
      }
    }
    const lanes = Math.max(...groups.map((group) => group.lanes));
    const stride = lanes > 8 ? 16 : lanes > 4 ? 8 : 4;
    const groupTable = arena.take(groups.length * group.words * 4);
    const columns = arena.take(rows * features);
    groups.forEach(({ first, lanes, thread }, g) => {
      arena.i32(groupTable + g * group.words * 4, group.words).set([arena.take(rows * stride), lanes, first, thread]);
      for (let lane = 0; lane < lanes; lane += 1) {
        const j = first + lane;
        const categories = Math.min(mostCategories, options.categories[j] ?? 0);
        const record = arena.i32(table + j * feature.words * 4, feature.words);
        record[feature.isCategory] = categories > 0 ? 1 : 0;
        record[feature.cuts] = categories;
        record[feature.monotone] = options.monotone[j] ?? 0;
        record[feature.selected] = 1;
        record[feature.bins] = columns + j * rows;
        record[feature.cutsAt] = arena.take(1024);
        record[feature.thread] = thread;
      }
    });
    const sample = Math.min(rows, sampleRows);
    integers[fixed.features] = features;
    integers[fixed.stride] = stride;
    integers[fixed.featureTable] = table;
    integers[fixed.groups] = groups.length;
    integers[fixed.groupTable] = groupTable;
    integers[fixed.bins] = options.maxBins;
    integers[fixed.staging] = arena.take(Math.max(sample, Math.min(rows, chunkRows)) * features * 4);
    integers[fixed.sorting] = arena.take(threads * (sample * 8 + 8192 + 64));
    integers[fixed.order] = arena.take(threads * orderBytes);
    return new Binned(arena, features, rows, table);
  }

  /**
   * Finds the cuts and the bins. `matrix` [rows × features] row-major, NaN is missing; `order`: which row of it comes where, absent: as they are.
   */
  fill(team: Team, matrix: Float32Array, order: Uint32Array | null, check: () => void): void {
    const { features, rows } = this;
    const { integers } = team;
    const staging = integers[fixed.staging] as number;
    const sample = Math.min(rows, sampleRows);
    const place = this.#arena.f32(staging, Math.max(sample, Math.min(rows, chunkRows)) * features);
    const copy = (to: number, row: number): void => place.set(matrix.subarray(row * features, (row + 1) * features), to * features);
    if (sample === rows) place.set(matrix.subarray(0, rows * features));
    else for (let i = 0; i < sample; i += 1) copy(i, Math.floor((i * rows) / sample));
    integers[given] = sample;
    team.run('cuts');
    for (let first = 0; first < rows; first += chunkRows) {
      check();
      const count = Math.min(chunkRows, rows - first);
      if (order === null) place.set(matrix.subarray(first * features, (first + count) * features));
      else for (let i = 0; i < count; i += 1) copy(i, order[first + i] as number);
      integers[given] = count;
      integers[given + 1] = first;
      team.run('bins');
    }
  }

  #record(j: number): Int32Array {
    return this.#arena.i32(this.#table + j * feature.words * 4, feature.words);
  }

  /** Address of its bins, a byte a row. */
  column(j: number): number {
    return this.#record(j)[feature.bins] as number;
  }

  isCategory(j: number): boolean {
    return this.#record(j)[feature.isCategory] === 1;
  }

  monotone(j: number): number {
    return this.#record(j)[feature.monotone] as number;
  }

  /** Number of cuts of a number, or of categories. */
  cuts(j: number): number {
    return this.#record(j)[feature.cuts] as number;
  }

  /** Value up to and including which a row's bin is at most `bin`. */
  threshold(j: number, bin: number): number {
    return this.#arena.f32((this.#record(j)[feature.cutsAt] as number) + bin * 4, 1)[0] as number;
  }

  select(j: number, selected: boolean): void {
    this.#record(j)[feature.selected] = selected ? 1 : 0;
  }

  /** Writes which of the 256 bins go left of a split. */
  writeSides(at: number, bin: number, missingLeft: boolean, set: readonly number[] | null): void {
    const sides = this.#arena.u8(at, 256);
    sides.fill(0);
    if (set !== null) {
      for (const category of set) sides[category] = 1;
      return;
    }
    sides.fill(1, 0, bin + 1);
    sides[missingBin] = missingLeft ? 1 : 0;
  }
}
