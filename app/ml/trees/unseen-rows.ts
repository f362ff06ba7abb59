import type { TrainHooks, TrainInput } from '../learners/types.ts';
import type { Arena } from '../kernels/arena.ts';
import type { Team } from '../kernels/team.ts';
import { rankScores, rocAuc } from '../metrics/ranking.ts';
import { regressionMetrics } from '../metrics/regression.ts';
import { forest, grownNode, roomOf } from './forest-layout.ts';
import type { Tree } from './tree.ts';

/** The forest's answers for the rows it was trained on, each from the trees alone that had not drawn the row. */
export interface UnseenRows {
  /** [rows × outputs]: the mean of those trees' values, as the ensemble gives them; NaN where every tree has drawn the row. */
  readonly means: Float64Array;
  readonly outputs: number;
}

/**
 * Asks the trees, as many at a time as there are threads, about the rows that they were not grown on. The same on any number of threads.
 * @throws CancelledError.
 */
export function askUnseen(team: Team, integers: Int32Array, trees: readonly Tree[], shift: number, hooks: TrainHooks): UnseenRows {
  const { arena, threads } = team;
  const [rows, classes] = [integers[forest.rows] as number, integers[forest.classes] as number];
  const outputs = Math.max(1, classes);
  const sums = arena.f64(integers[forest.unseenSums] as number, rows * outputs).fill(0);
  const counts = arena.i32(integers[forest.unseenCounts] as number, rows).fill(0);
  for (let first = 0; first < trees.length; first += threads) {
    hooks.check();
    trees.slice(first, first + threads).forEach((tree, member) => writeTree(arena, integers, member, tree));
    team.integers[forest.firstTree] = first;
    team.run('addUnseenRows');
    hooks.progress(first / trees.length, 'Asking trees about rows they have not seen');
  }
  const means = new Float64Array(rows * outputs);
  for (let row = 0, at = 0; row < rows; row += 1) {
    // No tree: 0 ÷ 0.
    for (let c = 0; c < outputs; c += 1, at += 1) means[at] = shift + (sums[at] as number) / (counts[row] as number);
  }
  return { means, outputs };
}

/** Puts a tree into a thread's room as if it had grown there, as far as rows find their leaf. */
function writeTree(arena: Arena, integers: Int32Array, member: number, { feature, bin, left, right, missingLeft, value }: Tree): void {
  const room = roomOf((integers[forest.room] as number) + member * (integers[forest.roomBytes] as number), integers[forest.rows] as number, integers[forest.classes] as number, integers[forest.mostNodes] as number);
  const words = arena.i32(room.words, feature.length * grownNode.words);
  for (let node = 0, at = 0; node < feature.length; node += 1, at += grownNode.words) {
    words[at + grownNode.feature] = feature[node] as number;
    words[at + grownNode.bin] = bin[node] as number;
    words[at + grownNode.left] = left[node] as number;
    words[at + grownNode.right] = right[node] as number;
    words[at + grownNode.missingLeft] = missingLeft[node] as number;
  }
  arena.f32(room.values, value.length).set(value);
}

/** How good the answers are, over the rows with one that count (weight over 0); no metrics where there are none. */
export function unseenMetrics({ task, target, classes, weights }: TrainInput, { means, outputs }: UnseenRows): { readonly metrics: Readonly<Record<string, number>>; readonly notes: readonly string[] } {
  const counted = Int32Array.from({ length: target.length }, (_, row) => row).filter((row) => weights === undefined || (weights[row] as number) > 0);
  const kept = counted.filter((row) => !Number.isNaN(means[row * outputs]));
  const lost = counted.length - kept.length;
  const notes = lost === 0 ? [] : [`${lost === 1 ? 'One row was' : `${lost} rows were`} drawn for every tree and ${lost === 1 ? 'is' : 'are'} left out of the out-of-bag score; more trees leave out fewer.`];
  if (kept.length === 0) return { metrics: {}, notes };
  const truth = Float64Array.from(kept, (row) => target[row] as number);
  if (task === 'regression') {
    const { r2, rmse } = regressionMetrics(truth, Float64Array.from(kept, (row) => means[row] as number));
    return { metrics: { ...(Number.isFinite(r2) ? { outOfBagR2: r2 } : {}), outOfBagRmse: rmse, outOfBagRows: kept.length }, notes };
  }
  /** Of two classes the forest has the second's share alone. */
  const share = (row: number, cls: number): number => (outputs === 1 ? (cls === 1 ? (means[row] as number) : 1 - (means[row] as number)) : (means[row * outputs + cls] as number));
  let right = 0;
  for (const [i, row] of kept.entries()) {
    let best = 0;
    for (let cls = 1; cls < classes; cls += 1) if (share(row, cls) > share(row, best)) best = cls;
    right += Number(best === truth[i]);
  }
  const areas = Array.from({ length: classes }, (_, cls) => cls).slice(classes === 2 ? 1 : 0).map((cls) => rocAuc(rankScores(Float64Array.from(kept, (row) => share(row, cls)), Uint8Array.from(truth, (value) => Number(value === cls)))));
  const known = areas.filter(Number.isFinite);
  return {
    metrics: { outOfBagAccuracy: right / kept.length, ...(known.length === 0 ? {} : { outOfBagAuc: known.reduce((sum, area) => sum + area, 0) / known.length }), outOfBagRows: kept.length },
    notes,
  };
}
