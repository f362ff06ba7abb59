import type { Contingency } from './categories.ts';

/** The best cut of one column into two parts, by how much purer the target gets. */
export interface Split {
  /** Share of the target's impurity (Gini, or variance) that the cut takes away, from 0 to 1. */
  readonly gain: number;
  /** Values on the one side; for numbers the last bin of the lower side. */
  readonly at: string;
}

export interface SplitPart {
  readonly key: string;
  readonly rows: number;
}

/** Gini gain of cuts between bins (`ordered`: keys from low to high), or of one value against the rest. Null: no cut. */
export function giniSplit(table: Contingency, ordered: readonly string[] | null): Split | null {
  const classes = [...table.b.keys()];
  const counts = new Map<string, number[]>([...table.a.keys()].map((key) => [key, classes.map(() => 0)]));
  const place = new Map(classes.map((name, i) => [name, i]));
  for (const { a, b, count } of table.cells) {
    const row = counts.get(a);
    const at = place.get(b);
    if (row !== undefined && at !== undefined) row[at] = count;
  }
  const total = classes.map((name) => table.b.get(name) ?? 0);
  // n · Gini = n − Σ count² / n
  const impurity = (part: readonly number[]): number => {
    const n = part.reduce((sum, count) => sum + count, 0);
    return n === 0 ? 0 : n - part.reduce((sum, count) => sum + (count * count) / n, 0);
  };
  return best(ordered, [...counts.keys()], (keys) => {
    const left = classes.map((_, i) => keys.reduce((sum, key) => sum + (counts.get(key)?.[i] ?? 0), 0));
    return impurity(left) + impurity(total.map((count, i) => count - (left[i] ?? 0)));
  }, impurity(total));
}

/** Count, mean and population variance of a number target in each part. */
export interface NumberPart extends SplitPart {
  readonly mean: number;
  readonly variance: number;
}

export function varianceSplit(parts: readonly NumberPart[], ordered: readonly string[] | null): Split | null {
  const of = new Map(parts.map((part) => [part.key, part]));
  const spread = (keys: readonly string[]): number => {
    const chosen = keys.flatMap((key) => of.get(key) ?? []);
    const n = chosen.reduce((sum, { rows }) => sum + rows, 0);
    const mean = n === 0 ? 0 : chosen.reduce((sum, part) => sum + part.rows * (part.mean / n), 0);
    return chosen.reduce((sum, part) => sum + part.rows * (part.variance + (part.mean - mean) ** 2), 0);
  };
  const all = [...of.keys()];
  return best(ordered, all, (keys) => {
    const left = new Set(keys);
    return spread(keys) + spread(all.filter((key) => !left.has(key)));
  }, spread(all));
}

function best(ordered: readonly string[] | null, keys: readonly string[], after: (left: readonly string[]) => number, before: number): Split | null {
  const present = new Set(keys);
  const inOrder = ordered?.filter((key) => present.has(key)) ?? null;
  const cuts = inOrder === null ? keys.toSorted().map((key) => [key]) : inOrder.slice(0, -1).map((_, i) => inOrder.slice(0, i + 1));
  if (keys.length < 2 || !(before > 0)) return null;
  let found: Split | null = null;
  for (const cut of cuts) {
    const gain = Math.max(0, 1 - after(cut) / before);
    if (found === null || gain > found.gain + 1e-12) found = { gain, at: cut.at(-1) ?? '' };
  }
  return found;
}
