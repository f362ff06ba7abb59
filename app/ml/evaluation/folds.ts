import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { shuffle, uniform } from '../learners/random.ts';

/**
 * One fit and its test: rows of block `test` are tested by a learner that saw the rows of blocks `from` … `to` without `test`.
 * Numbers count from 1.
 */
export interface Split {
  readonly repeat: number;
  readonly fold: number;
  readonly test: number;
  readonly from: number;
  readonly to: number;
}

/** How rows are divided: for each repeat the block of each row, from 1, and the splits over these blocks. */
export interface Folds {
  readonly blocks: readonly Int32Array[];
  readonly splits: readonly Split[];
}

export const isTested = (split: Split, block: number): boolean => block === split.test;
export const isTrainedOn = (split: Split, block: number): boolean => block >= split.from && block <= split.to && block !== split.test;

/** More fits than this are hours of work for a choice that was likely a mistake. */
const MAX_SPLITS = 1000;

/**
 * Each row is tested once a repeat. `strata`: a number for each row; its rows are dealt to the folds in turn, so that their counts in
 * any two folds differ by one at most, and so do the sizes of folds.
 * @throws PenstockError `too-few-rows`.
 */
export function kFold({ rows, k, repeats, strata, seed }: { rows: number; k: number; repeats: number; strata: Int32Array | null; seed: number }): Folds {
  if (rows < k) {
    throw new PenstockError('too-few-rows', `${rowsInWords(rows)} cannot be divided into ${k} folds.`, { remedy: `Use at most ${Math.max(2, rows)} folds, or give this node more rows.`, place: { param: ['folds'] } });
  }
  const blocks = Array.from({ length: repeats }, (_unused, repeat) => {
    const order = shuffled(rows, strata, seed, repeat);
    const block = new Int32Array(rows);
    for (let at = 0; at < rows; at += 1) block[order[at] ?? 0] = (at % k) + 1;
    return block;
  });
  return { blocks, splits: blocks.flatMap((_block, repeat) => eachBlock(repeat + 1, k)) };
}

/**
 * In each repeat a random share of the rows is trained on and the others are tested. With `strata`, each gives its share to within
 * one row.
 * @param share of the rows that are trained on, 0…1. @throws PenstockError `too-few-rows`.
 */
export function randomSplits({ rows, share, repeats, strata, seed }: { rows: number; share: number; repeats: number; strata: Int32Array | null; seed: number }): Folds {
  const tested = Math.floor(rows * (1 - share) + 0.5);
  if (tested < 1 || tested >= rows) {
    throw new PenstockError('too-few-rows', `Of ${rowsInWords(rows)}, a training share of ${Math.round(share * 1000) / 10} % leaves none to ${tested < 1 ? 'test' : 'train on'}.`, {
      remedy: 'Change the share, or give this node more rows.',
      place: { param: ['share'] },
    });
  }
  const blocks = Array.from({ length: repeats }, (_unused, repeat) => {
    const order = shuffled(rows, strata, seed, repeat);
    const block = new Int32Array(rows);
    // Evenly along the order, where strata stand one after another.
    const upTo = (count: number): number => Math.floor(count * (1 - share) + 0.5);
    for (let at = 0; at < rows; at += 1) block[order[at] ?? 0] = upTo(at + 1) > upTo(at) ? 1 : 2;
    return block;
  });
  return { blocks, splits: blocks.map((_block, repeat) => ({ repeat: repeat + 1, fold: 1, test: 1, from: 2, to: 2 })) };
}

/** Rows of a table by a column that says which belong together. */
export interface Groups {
  readonly title: string;
  /** [rows]: index into `labels`. */
  readonly index: Int32Array;
  readonly labels: readonly string[];
}

/**
 * Each group is tested once, all its rows together: the largest first, each into the fold that has the fewest rows so far.
 * @throws PenstockError `one-group`, `too-few-groups`.
 */
export function groupKFold({ groups, k, seed }: { groups: Groups; k: number; seed: number }): Folds {
  requireGroups(groups);
  const count = groups.labels.length;
  if (count < k) {
    throw new PenstockError('too-few-groups', `The ${count} groups of “${groups.title}” cannot be divided into ${k} folds.`, { remedy: `Use at most ${count} folds, or a column with more groups.`, place: { param: ['folds'], column: groups.title } });
  }
  const sizes = groupSizes(groups);
  const order = Int32Array.from({ length: count }, (_unused, group) => group);
  shuffle(order, uniform(seed));
  const bySize = Array.from(order).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  const filled = Array.from({ length: k }, () => 0);
  const foldOf = new Int32Array(count);
  for (const group of bySize) {
    const fold = filled.indexOf(Math.min(...filled));
    foldOf[group] = fold + 1;
    filled[fold] = (filled[fold] ?? 0) + (sizes[group] ?? 0);
  }
  return { blocks: [groups.index.map((group) => foldOf[group] ?? 0)], splits: eachBlock(1, k) };
}

/** Each group is a fold, in the order of their labels. @throws PenstockError `one-group`, `too-many-groups`. */
export function leaveOneGroupOut({ groups }: { groups: Groups }): Folds {
  requireGroups(groups);
  if (groups.labels.length > MAX_SPLITS) {
    throw new PenstockError('too-many-groups', `“${groups.title}” has ${formatCount(groups.labels.length)} groups; leaving out each of them would take as many fits.`, {
      remedy: 'Use group k-fold, which tests several groups at once.',
      place: { param: ['group'], column: groups.title },
    });
  }
  return { blocks: [groups.index.map((group) => group + 1)], splits: eachBlock(1, groups.labels.length) };
}

/**
 * Tests each block of rows with what came before it. Rows are cut by time into blocks of about equal size; rows of the same time stay
 * together, and a row without a time counts as known from the start. Expanding: `k` + 1 blocks, each but the first is tested with all
 * before it. Rolling: `k` + `window` blocks, each is tested with the `window` blocks before it.
 * @param times [rows], NaN where missing. @throws PenstockError `too-few-times`.
 */
export function timeSeries({ times, title, k, window }: { times: Float64Array; title: string; k: number; window: number | null }): Folds {
  const count = k + (window ?? 1);
  const present = times.filter((time) => !Number.isNaN(time)).sort();
  // Where each different time begins among the sorted ones.
  const starts: number[] = [];
  for (let at = 0; at < present.length; at += 1) if (at === 0 || present[at] !== present[at - 1]) starts.push(at);
  if (starts.length < count) {
    throw new PenstockError('too-few-times', `“${title}” has ${starts.length === 1 ? 'one time' : `${formatCount(starts.length)} different times`}, too few for ${count} blocks.`, {
      remedy: 'Use fewer folds, or a finer time column.',
      place: { param: ['time'], column: title },
    });
  }
  const bounds: number[] = [];
  let chosen = 0;
  for (let block = 1; block < count; block += 1) {
    const wanted = (block * present.length) / count;
    const distance = (place: number): number => Math.abs((starts[place] ?? Number.POSITIVE_INFINITY) - wanted);
    // As near to equal sizes as different times allow, leaving at least one time for each block to come.
    const last = starts.length - (count - block);
    chosen += 1;
    while (chosen < last && distance(chosen + 1) <= distance(chosen)) chosen += 1;
    bounds.push(present[starts[chosen] ?? 0] ?? Number.NaN);
  }
  const block = Int32Array.from(times, (time) => {
    let at = 1;
    while (at <= bounds.length && time >= (bounds[at - 1] ?? Number.NaN)) at += 1;
    return at;
  });
  const splits = Array.from({ length: k }, (_unused, index): Split => {
    const test = index + 1 + (window ?? 1);
    return { repeat: 1, fold: index + 1, test, from: window === null ? 1 : test - window, to: test - 1 };
  });
  return { blocks: [block], splits };
}

function eachBlock(repeat: number, k: number): Split[] {
  return Array.from({ length: k }, (_unused, index) => ({ repeat, fold: index + 1, test: index + 1, from: 1, to: k }));
}

/** Rows in a random order, those of one stratum together. Equal seeds give equal orders on every machine. */
function shuffled(rows: number, strata: Int32Array | null, seed: number, repeat: number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_unused, row) => row);
  shuffle(order, uniform((seed + Math.imul(repeat, 0x9e3779b1)) >>> 0));
  if (strata === null) return order;
  const begin = new Int32Array(strata.reduce((most, stratum) => Math.max(most, stratum), 0) + 2);
  for (const stratum of strata) begin[stratum + 1] = (begin[stratum + 1] ?? 0) + 1;
  for (let stratum = 1; stratum < begin.length; stratum += 1) begin[stratum] = (begin[stratum] ?? 0) + (begin[stratum - 1] ?? 0);
  const sorted = new Int32Array(rows);
  for (const row of order) {
    const stratum = strata[row] ?? 0;
    const at = begin[stratum] ?? 0;
    sorted[at] = row;
    begin[stratum] = at + 1;
  }
  return sorted;
}

function requireGroups({ labels, title }: Groups): void {
  if (labels.length > 1) return;
  throw new PenstockError('one-group', `“${title}” has the same value in every row, so that there is one group, and nothing is left to test it with.`, {
    remedy: 'Choose a column with at least two groups, or another method.',
    place: { param: ['group'], column: title },
  });
}

function groupSizes({ index, labels }: Groups): Int32Array {
  const sizes = new Int32Array(labels.length);
  for (const group of index) sizes[group] = (sizes[group] ?? 0) + 1;
  return sizes;
}

function rowsInWords(rows: number): string {
  return rows === 1 ? 'one row' : `${formatCount(rows)} rows`;
}
