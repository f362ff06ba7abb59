import { NORMAL_95, wilson, type Interval } from './intervals.ts';

/** Values of one protected column (or of several together) by row, as groups. */
export interface Grouping {
  readonly column: string;
  readonly groups: readonly string[];
  /** [rows]: index into `groups`. */
  readonly codes: Int32Array;
}

export interface Rate extends Interval {
  readonly value: number;
  /** What was counted: `hits` of `rows`. */
  readonly hits: number;
  readonly rows: number;
}

export interface ClassGroup {
  readonly group: string;
  readonly rows: number;
  /** Too few rows to judge by: shown, but not compared. */
  readonly small: boolean;
  readonly selection: Rate;
  readonly truePositive: Rate;
  readonly falsePositive: Rate;
  readonly precision: Rate;
  readonly accuracy: Rate;
}

export interface NumberGroup {
  readonly group: string;
  readonly rows: number;
  readonly small: boolean;
  /** Truth − prediction: above 0 the predictions are too low. */
  readonly residual: Interval & { readonly value: number };
  readonly absoluteError: Interval & { readonly value: number };
}

const rate = (hits: number, rows: number): Rate => ({ value: rows === 0 ? Number.NaN : hits / rows, hits, rows, ...wilson(hits, rows) });

/** Rates of each group. @param selected @param favourable nonzero where the favourable class is predicted, and where it is the true one. */
export function classGroups({ groups, codes }: Grouping, selected: ArrayLike<number>, favourable: ArrayLike<number>, smallest: number): ClassGroup[] {
  const counts = groups.map(() => ({ truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 }));
  for (let row = 0; row < codes.length; row += 1) {
    const count = counts[codes[row] ?? -1];
    if (count === undefined) continue;
    if (favourable[row] !== 0) count[selected[row] !== 0 ? 'truePositive' : 'falseNegative'] += 1;
    else count[selected[row] !== 0 ? 'falsePositive' : 'trueNegative'] += 1;
  }
  return groups.map((group, index) => {
    const { truePositive = 0, falsePositive = 0, falseNegative = 0, trueNegative = 0 } = counts[index] ?? {};
    const rows = truePositive + falsePositive + falseNegative + trueNegative;
    return {
      group,
      rows,
      small: rows < smallest,
      selection: rate(truePositive + falsePositive, rows),
      truePositive: rate(truePositive, truePositive + falseNegative),
      falsePositive: rate(falsePositive, falsePositive + trueNegative),
      precision: rate(truePositive, truePositive + falsePositive),
      accuracy: rate(truePositive + trueNegative, rows),
    };
  });
}

/** Errors of each group, with 95 % intervals of their means. */
export function numberGroups({ groups, codes }: Grouping, truth: ArrayLike<number>, prediction: ArrayLike<number>, smallest: number): NumberGroup[] {
  const sums = groups.map(() => ({ rows: 0, error: 0, square: 0, absolute: 0 }));
  for (let row = 0; row < codes.length; row += 1) {
    const sum = sums[codes[row] ?? -1];
    if (sum === undefined) continue;
    const error = (truth[row] ?? Number.NaN) - (prediction[row] ?? Number.NaN);
    sum.rows += 1;
    sum.error += error;
    sum.square += error * error;
    sum.absolute += Math.abs(error);
  }
  return groups.map((group, index) => {
    const { rows = 0, error = 0, square = 0, absolute = 0 } = sums[index] ?? {};
    const about = (mean: number) => {
      const deviation = Math.sqrt(Math.max(0, square / rows - mean * mean) * (rows / Math.max(1, rows - 1)));
      const half = rows > 1 ? (NORMAL_95 * deviation) / Math.sqrt(rows) : Number.NaN;
      return { value: mean, low: mean - half, high: mean + half };
    };
    return { group, rows, small: rows < smallest, residual: about(error / rows), absoluteError: about(absolute / rows) };
  });
}

/** Largest and smallest of a measure among the groups that are compared. */
export interface Extremes {
  readonly highest: string;
  readonly lowest: string;
  readonly high: number;
  readonly low: number;
}

export interface Disparities {
  /** Largest selection rate less the smallest; their ratio is below 0.8 where the four-fifths rule is broken. */
  readonly demographicParity: number;
  readonly parityRatio: number;
  /** Difference of the true positive rates: of those who should be selected. */
  readonly equalOpportunity: number;
  /** The larger of the differences of true and of false positive rates. */
  readonly equalisedOdds: number;
  readonly accuracy: number;
  readonly selection: Extremes | null;
  readonly truePositive: Extremes | null;
}

/** A rate of fewer rows than this is not compared, as large as its group may be: true positive rates are shares of the positive rows. */
export const COMPARED = 10;

/** How far groups are apart, over those with enough rows. NaN where fewer than two can be compared. */
export function disparities(groups: readonly ClassGroup[], least = COMPARED): Disparities {
  const spread = (of: (group: ClassGroup) => Rate): Extremes | null => extremes(groups.filter((group) => !group.small && of(group).rows >= least), (group) => of(group).value);
  const gap = (found: Extremes | null): number => (found === null ? Number.NaN : found.high - found.low);
  const [selection, truePositive, falsePositive] = [spread((group) => group.selection), spread((group) => group.truePositive), spread((group) => group.falsePositive)];
  const odds = [gap(truePositive), gap(falsePositive)].filter((value) => !Number.isNaN(value));
  return {
    demographicParity: gap(selection),
    parityRatio: selection === null ? Number.NaN : selection.high === 0 ? 1 : selection.low / selection.high,
    equalOpportunity: gap(truePositive),
    equalisedOdds: odds.length === 0 ? Number.NaN : Math.max(...odds),
    accuracy: gap(spread((group) => group.accuracy)),
    selection,
    truePositive,
  };
}

/** Null where fewer than two groups have the measure. */
export function extremes<G extends { readonly group: string }>(groups: readonly G[], of: (group: G) => number): Extremes | null {
  const known = groups.filter((group) => !Number.isNaN(of(group))).toSorted((a, b) => of(a) - of(b));
  const [lowest, highest] = [known[0], known.at(-1)];
  if (known.length < 2 || lowest === undefined || highest === undefined) return null;
  return { lowest: lowest.group, highest: highest.group, low: of(lowest), high: of(highest) };
}

/** More groups than this of one column are put together as “(other)”, the most frequent ones kept. */
const MOST_GROUPS = 30;
/** A number column with at most so many values has a group for each. */
const FEW_NUMBERS = 8;

type Value = null | undefined | boolean | number | string;

/** Groups of a protected column: its values, or ranges of a number column. @param cuts edges of the ranges; empty: `bins` quantiles. */
export function groupingOf(column: string, values: readonly Value[], numeric: boolean, bins: number, cuts: readonly number[]): Grouping {
  const texts = values.map((value) => (value === null || value === undefined || value === '' ? null : String(value)));
  const different = new Set(texts.filter((text) => text !== null));
  if (numeric && (cuts.length > 0 || different.size > FEW_NUMBERS)) return rangesOf(column, texts.map((text) => (text === null ? Number.NaN : Number(text))), bins, cuts);
  const counts = new Map<string | null, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const kept = [...counts].filter(([text]) => text !== null).toSorted(([a, m], [b, n]) => n - m || (String(a) < String(b) ? -1 : 1)).slice(0, MOST_GROUPS);
  const names = kept.map(([text]) => String(text)).sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0));
  const own = new Set(names);
  return coded(column, names, texts.map((text) => (text === null ? MISSING : own.has(text) ? text : OTHER)));
}

const MISSING = '(missing)';
const OTHER = '(other)';

function rangesOf(column: string, values: readonly number[], bins: number, cuts: readonly number[]): Grouping {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const quantiles = Array.from({ length: bins - 1 }, (_unused, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)] ?? 0);
  const edges = [...new Set(cuts.length > 0 ? cuts : quantiles)].sort((a, b) => a - b).filter((edge) => cuts.length > 0 || edge > (sorted[0] ?? 0));
  const said = (value: number): string => String(Number(value.toPrecision(6)));
  const names = edges.length === 0 ? ['all'] : [`below ${said(edges[0] ?? 0)}`, ...edges.slice(1).map((edge, i) => `${said(edges[i] ?? 0)} to below ${said(edge)}`), `${said(edges.at(-1) ?? 0)} and above`];
  const place = (value: number): number => {
    let at = 0;
    while (at < edges.length && value >= (edges[at] ?? 0)) at += 1;
    return at;
  };
  return coded(column, names, values.map((value) => (Number.isNaN(value) ? MISSING : (names[place(value)] ?? OTHER))));
}

/** Groups in this order, then what else occurs. Groups without a row are left out. */
function coded(column: string, names: readonly string[], of: readonly string[]): Grouping {
  const present = new Set(of);
  const groups = [...names, OTHER, MISSING].filter((name, at, all) => present.has(name) && all.indexOf(name) === at);
  const index = new Map(groups.map((name, at) => [name, at]));
  return { column, groups, codes: Int32Array.from(of, (name) => index.get(name) ?? -1) };
}

/** Every combination of the groups of several columns that occurs. */
export function intersectionOf(groupings: readonly Grouping[]): Grouping {
  const rows = groupings[0]?.codes.length ?? 0;
  const of = Array.from({ length: rows }, (_unused, row) => groupings.map(({ groups, codes }) => groups[codes[row] ?? -1] ?? '').join(' · '));
  return coded(groupings.map(({ column }) => column).join(' · '), [...new Set(of)].sort(), of);
}
