import { chiSquare } from '../association/categories.ts';
import type { RawColumn, RawColumns } from '../model/raw-columns.ts';

/** Two columns count as related from here on (0…1). */
export const RELATED = 0.8;

/** More different texts than this say little about how columns go together. */
const MOST_TEXTS = 50;
/** With more columns, pairs would take longer than the answer is worth. */
const MOST_COLUMNS = 200;
const MOST_ROWS = 5000;

export interface RelatedColumns {
  readonly columns: readonly string[];
  /** The strongest relation inside the group. */
  readonly strength: number;
}

/**
 * Groups of columns that say nearly the same, joined by their strongest pairs: Spearman's rank correlation for two numbers, Cramér's V for
 * two texts, the correlation ratio of ranks for one of each. Over the first 5000 rows given, and at most 200 columns.
 */
export function relatedColumns(columns: RawColumns, names: readonly string[], least = RELATED): RelatedColumns[] {
  const prepared = names.slice(0, MOST_COLUMNS).map((name) => ({ name, ...prepare(columns[name] ?? []) })).filter(({ useful }) => useful);
  const leader = new Map(prepared.map(({ name }) => [name, name]));
  const find = (name: string): string => {
    let at = name;
    for (let next = leader.get(at); next !== undefined && next !== at; next = leader.get(at)) at = next;
    return at;
  };
  const strongest = new Map<string, number>();
  for (const [i, a] of prepared.entries()) {
    for (const b of prepared.slice(i + 1)) {
      const strength = relation(a, b);
      if (!(strength >= least)) continue;
      const [one, other] = [find(a.name), find(b.name)];
      const most = Math.max(strength, strongest.get(one) ?? 0, strongest.get(other) ?? 0);
      leader.set(other, one);
      strongest.set(one, most);
    }
  }
  const groups = new Map<string, string[]>();
  for (const { name } of prepared) groups.set(find(name), [...(groups.get(find(name)) ?? []), name]);
  return [...groups].flatMap(([first, members]) => (members.length < 2 ? [] : [{ columns: members, strength: strongest.get(first) ?? least }]));
}

interface Prepared {
  readonly useful: boolean;
  /** Average ranks, NaN where missing; null for texts. */
  readonly ranks: Float64Array | null;
  readonly texts: readonly (string | null)[];
}

function prepare(column: RawColumn): Prepared {
  const values = Array.from(column.slice(0, MOST_ROWS) as ArrayLike<null | undefined | boolean | number | string>);
  if (values.some((value) => typeof value === 'string')) {
    const texts = values.map((value) => (value === null || value === undefined || value === '' ? null : String(value)));
    const different = new Set(texts.filter((text) => text !== null)).size;
    return { useful: different > 1 && different <= MOST_TEXTS, ranks: null, texts };
  }
  const ranks = averageRanks(values.map((value) => (value === null || value === undefined ? Number.NaN : Number(value))));
  return { useful: new Set(ranks.filter((rank) => !Number.isNaN(rank))).size > 1, ranks, texts: [] };
}

/** Ranks from 1; equal values share the mean of theirs, NaN stays. */
function averageRanks(values: readonly number[]): Float64Array {
  const order = values.flatMap((value, row) => (Number.isNaN(value) ? [] : [row])).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (let at = from; at < to; at += 1) ranks[order[at] ?? 0] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

function relation(a: Prepared, b: Prepared): number {
  if (a.ranks !== null && b.ranks !== null) return Math.abs(pearson(a.ranks, b.ranks));
  if (a.ranks !== null) return correlationRatio(b.texts, a.ranks);
  if (b.ranks !== null) return correlationRatio(a.texts, b.ranks);
  return cramer(a.texts, b.texts);
}

function pearson(a: Float64Array, b: Float64Array): number {
  let [n, ma, mb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < a.length; row += 1) {
    const [x, y] = [a[row] ?? Number.NaN, b[row] ?? Number.NaN];
    if (Number.isNaN(x + y)) continue;
    n += 1;
    const [dx, dy] = [x - ma, y - mb];
    ma += dx / n;
    mb += dy / n;
    saa += dx * (x - ma);
    sbb += dy * (y - mb);
    sab += dx * (y - mb);
  }
  return saa > 0 && sbb > 0 ? sab / Math.sqrt(saa * sbb) : 0;
}

function correlationRatio(texts: readonly (string | null)[], ranks: Float64Array): number {
  const groups = new Map<string, { n: number; sum: number }>();
  let [n, sum, squares] = [0, 0, 0];
  for (const [row, text] of texts.entries()) {
    const rank = ranks[row] ?? Number.NaN;
    if (text === null || Number.isNaN(rank)) continue;
    const group = groups.get(text) ?? { n: 0, sum: 0 };
    group.n += 1;
    group.sum += rank;
    groups.set(text, group);
    n += 1;
    sum += rank;
    squares += rank * rank;
  }
  const mean = sum / n;
  const all = squares - n * mean * mean;
  const between = [...groups.values()].reduce((total, group) => total + group.n * (group.sum / group.n - mean) ** 2, 0);
  // Many small groups explain ranks by chance: what they would explain of noise is taken off.
  const chance = (groups.size - 1) / Math.max(1, n - 1);
  const share = all > 0 ? between / all : 0;
  return chance >= 1 ? 0 : Math.sqrt(Math.max(0, (share - chance) / (1 - chance)));
}

function cramer(a: readonly (string | null)[], b: readonly (string | null)[]): number {
  const counts = new Map<string, { a: string; b: string; count: number }>();
  const [totalsA, totalsB] = [new Map<string, number>(), new Map<string, number>()];
  let rows = 0;
  for (const [row, x] of a.entries()) {
    const y = b[row] ?? null;
    if (x === null || y === null) continue;
    const key = `${x.length}:${x}${y}`;
    const cell = counts.get(key) ?? { a: x, b: y, count: 0 };
    cell.count += 1;
    counts.set(key, cell);
    totalsA.set(x, (totalsA.get(x) ?? 0) + 1);
    totalsB.set(y, (totalsB.get(y) ?? 0) + 1);
    rows += 1;
  }
  const { statistic, freedom } = chiSquare({ rows, cells: [...counts.values()], a: totalsA, b: totalsB });
  // Bias-corrected (Bergsma 2013): without it, columns of many rare values look related.
  const least = Math.min(totalsA.size, totalsB.size) - 1;
  return least < 1 ? 0 : Math.sqrt(Math.max(0, statistic - freedom) / (rows * least));
}
