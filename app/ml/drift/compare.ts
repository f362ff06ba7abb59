import { formatNumber } from '#app/core/units.ts';
import { correct } from '../association/correction.ts';
import type { BatchStatus } from '#app/sdk/monitoring.ts';
import { coarseMap, placesOf, type CoarseMap } from './bins.ts';
import { statisticOf, type Calibration, type TestedColumn } from './calibrate.ts';
import type { CountedColumn } from './counts.ts';
import type { ProfiledColumn, TableProfile } from './profile.ts';
import { cautiousRate, mostByChance } from './rare.ts';
import { beyondCondition, binWords, missingCondition, oneOfCondition, type BinWords } from './slice.ts';
import { chiSquareOf, coarsened, fromEvenScale, jensenShannon, kolmogorovSmirnov, kolmogorovSmirnovP, largestShare, onEvenScale, stabilityIndex, total, wasserstein, type StatisticName } from './statistics.ts';

export type ThresholdMethod = 'calibrated' | 'holm' | 'fdr' | 'fixed';

export interface CompareOptions {
  /** `auto`: Kolmogorov–Smirnov for numbers, chi-square for categories. */
  readonly statistic: 'auto' | StatisticName;
  readonly method: ThresholdMethod;
  /** One false alarm in so many batches. */
  readonly batches: number;
  /** `fixed`: where the statistic becomes an alarm. */
  readonly limit: number;
}

/** One column of both tables. Shares are of all rows for missing values, of those with a value for bins. */
export interface ColumnDrift {
  readonly name: string;
  readonly type: string;
  readonly statistic: StatisticName;
  readonly value: number;
  /** In the statistic's unit; NaN where a p-value decides. */
  readonly threshold: number;
  /** 1: on the threshold. The largest of what the distribution, missing values and unseen values come to. */
  readonly ratio: number;
  readonly status: BatchStatus;
  /** What is beyond its threshold. */
  readonly causes: readonly ('distribution' | 'missing' | 'unseen')[];
  readonly p: number;
  readonly corrected: number;
  readonly psi: number;
  readonly jensenShannon: number;
  /** Numbers only, as the next three; the distance may be too small by `resolution`. */
  readonly ks: number;
  readonly resolution: number;
  /** In standard deviations of the reference. */
  readonly wasserstein: number;
  readonly chiSquare: number;
  readonly missing: readonly [number, number];
  readonly mean: readonly [number, number];
  /** Share of the rows with values that the reference does not have. */
  readonly unseen: number;
  readonly fresh: CountedColumn['fresh'];
  readonly bins: readonly BinWords[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
  readonly slice: string;
  readonly words: string;
}

/** The statistic that a column is judged by. */
export const statisticFor = ({ bins }: ProfiledColumn, wanted: CompareOptions['statistic']): StatisticName => {
  if (wanted === 'auto') return bins.kind === 'number' ? 'ks' : 'chi-square';
  return bins.kind === 'category' && (wanted === 'ks' || wanted === 'wasserstein') ? 'chi-square' : wanted;
};

/** How each column of a profile is tested: what the calibration and the comparison must have in common. */
export function testedColumns(profile: TableProfile, wanted: CompareOptions['statistic']): TestedColumn[] {
  return profile.columns.map((column) => {
    const map = coarseMap(column.bins, column.counts);
    const places = column.bins.kind === 'number' ? placesOf(column.bins, column.low ?? 0, column.high ?? 0) : new Float64Array(column.counts.length + 1);
    return { statistic: statisticFor(column, wanted), to: map.to, coarse: map.bins, places, discrete: column.bins.kind === 'number' && column.bins.discrete };
  });
}

/** A tenth of the false alarms is left to what resampling cannot show. */
export const shareOfRare = 0.1;

/** Compares a batch, counted in the bins of the profile, with it. `calibration`: for the calibrated method, of one false alarm in batches / (1 − `shareOfRare`). */
export function compare(profile: TableProfile, current: readonly CountedColumn[], rows: number, options: CompareOptions, calibration: Calibration | null): ColumnDrift[] {
  const tested = testedColumns(profile, options.statistic);
  const raw = profile.columns.map((column, c) => measured(column, profile.rows, current[c] as CountedColumn, rows, tested[c] as TestedColumn));
  const corrected = correct(raw.map(({ p }) => p), options.method === 'fdr' ? 'fdr' : 'holm');
  const rare = (shareOfRare / options.batches) / Math.max(1, 2 * profile.columns.length);
  return raw.map((one, c) => judged(one, { ...options, corrected: corrected[c] ?? Number.NaN, rare, chances: calibration === null ? null : { calibration, value: calibration.values[c], share: calibration.shares[c] } }));
}

interface Measured {
  readonly column: ProfiledColumn;
  readonly current: CountedColumn;
  readonly referenceRows: number;
  readonly rows: number;
  readonly tested: TestedColumn;
  readonly map: CoarseMap;
  readonly value: number;
  readonly p: number;
  readonly coarse: readonly [Float64Array, Float64Array];
}

function measured(column: ProfiledColumn, referenceRows: number, current: CountedColumn, rows: number, tested: TestedColumn): Measured {
  const coarse = [coarsened(column.counts, tested.to, tested.coarse), coarsened(current.counts, tested.to, tested.coarse)] as const;
  const [n, m] = [total(column.counts), total(current.counts)];
  const ofValues = tested.statistic === 'ks' || tested.statistic === 'wasserstein' ? kolmogorovSmirnovP(kolmogorovSmirnov(column.counts, current.counts), n, m) : chiSquareOf(...coarse).p;
  const ofMissing = chiSquareOf([n, column.missing], [m, current.missing]).p;
  // Two looks at a column: Bonferroni.
  const looks = [ofValues, ofMissing].filter((p) => !Number.isNaN(p));
  const p = looks.length === 0 ? Number.NaN : Math.min(1, looks.length * Math.min(...looks));
  return { column, current, referenceRows, rows, tested, map: { to: tested.to, bins: tested.coarse }, value: statisticOf(tested, column.counts, current.counts), p, coarse };
}

interface Judging extends CompareOptions {
  readonly corrected: number;
  readonly rare: number;
  readonly chances: { readonly calibration: Calibration; readonly value: Calibration['values'][number] | undefined; readonly share: Calibration['shares'][number] | undefined } | null;
}

function judged(one: Measured, judging: Judging): ColumnDrift {
  const { column, current, referenceRows, rows, tested, map, value, p, coarse } = one;
  const { statistic } = tested;
  const missing = [column.missing / Math.max(1, referenceRows), current.missing / Math.max(1, rows)] as const;
  const ratios = ratiosOf(one, missing, judging);
  const ratio = Math.max(0, ...Object.values(ratios).filter((found) => !Number.isNaN(found)));
  const causes = (['distribution', 'missing', 'unseen'] as const).filter((cause) => ratios[cause] > 1);
  const share = (counts: Float64Array): number[] => { const sum = Math.max(1, total(counts)); return [...counts].map((count) => count / sum); };
  const [reference, now] = [share(coarse[0]), share(coarse[1])];
  const bins = binWords(column, map);
  const isNumber = column.bins.kind === 'number';
  const places = column.bins.kind === 'number' ? placesOf(column.bins, Math.min(column.low ?? 0, finite(current.low) ?? column.low ?? 0), Math.max(column.high ?? 0, finite(current.high) ?? column.high ?? 0)) : null;
  const drift: Omit<ColumnDrift, 'slice' | 'words'> = {
    name: column.name,
    type: column.type,
    statistic,
    value,
    threshold: thresholdOf(statistic, judging),
    ratio,
    status: ratio > 2 ? 'critical' : ratio > 1 ? 'warning' : 'ok',
    causes,
    p,
    corrected: judging.corrected,
    psi: stabilityIndex(...coarse),
    jensenShannon: jensenShannon(...coarse),
    ks: isNumber ? kolmogorovSmirnov(column.counts, current.counts) : Number.NaN,
    resolution: isNumber ? (column.bins.kind === 'number' && column.bins.discrete ? 0 : largestShare(column.counts, current.counts)) : Number.NaN,
    wasserstein: places === null || !(Number(column.deviation) > 0) ? Number.NaN : wasserstein(column.counts, current.counts, places, tested.discrete) / Number(column.deviation),
    chiSquare: chiSquareOf(...coarse).statistic,
    missing,
    mean: [column.mean ?? Number.NaN, current.mean],
    unseen: current.beyond / Math.max(1, rows - current.missing),
    fresh: current.fresh,
    bins,
    reference,
    current: now,
  };
  return { ...drift, ...told(drift, column, current) };
}

function ratiosOf({ column, current, referenceRows, rows, tested, value }: Measured, missing: readonly [number, number], judging: Judging): Record<'distribution' | 'missing' | 'unseen', number> {
  const none = { distribution: Number.NaN, missing: Number.NaN, unseen: Number.NaN };
  if (judging.method === 'fixed') return { ...none, distribution: value / judging.limit };
  if (judging.method !== 'calibrated') return { ...none, distribution: Math.log(Math.max(judging.corrected, 1e-300)) / Math.log(1 / judging.batches) };
  const { chances, rare } = judging;
  if (chances === null) return none;
  const { calibration, value: chance, share } = chances;
  const limitOf = (own: typeof chance): number => (own === undefined ? Number.NaN : own.middle + calibration.limit * (own.far - own.middle));
  const isKnown = (own: typeof chance): boolean => own !== undefined && own.far > own.middle;
  const even = onEvenScale(tested.statistic, value);
  const moved = Math.abs(missing[0] - missing[1]);
  // Events that the reference hardly shows are counted instead: drawing its rows again cannot tell how often they come.
  const counted = (events: number, seen: number): number => (events === 0 ? 0 : events / (mostByChance(rows, cautiousRate(seen, referenceRows), rare) + 0.5));
  const singles = column.bins.kind === 'category' ? column.bins.singletons : 2;
  return {
    distribution: isKnown(chance) ? even / limitOf(chance) : Number.NaN,
    missing: isKnown(share) ? moved / limitOf(share) : missing[1] > missing[0] ? counted(current.missing, column.missing) : Number.NaN,
    unseen: column.bins.kind === 'category' && !column.bins.complete ? Number.NaN : counted(current.beyond, singles),
  };
}

/** The statistic's own threshold, for people; NaN where a p-value decides. */
function thresholdOf(statistic: StatisticName, { method, limit, chances }: Judging): number {
  if (method === 'fixed') return limit;
  if (method !== 'calibrated' || chances?.value === undefined) return Number.NaN;
  const { middle, far } = chances.value;
  return far > middle ? fromEvenScale(statistic, middle + chances.calibration.limit * (far - middle)) : Number.NaN;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 && share > 0 ? 1 : 0)} %`;

/** What a person is told, and the rows that it is about. */
function told(drift: Omit<ColumnDrift, 'slice' | 'words'>, column: ProfiledColumn, current: CountedColumn): Pick<ColumnDrift, 'slice' | 'words'> {
  const { causes, missing, unseen, fresh, mean, bins, reference, current: now, name } = drift;
  const parts: string[] = [];
  let slice = '';
  if (causes.includes('unseen')) {
    const named = fresh.map(({ value }) => `“${value}”`).join(', ');
    parts.push(column.bins.kind === 'number' ? `${percent(unseen)} of the values lie beyond ${formatNumber(column.low ?? 0)} to ${formatNumber(column.high ?? 0)}` : `${percent(unseen)} of the values are new: ${named}${current.beyond > fresh.reduce((sum, { count }) => sum + count, 0) ? ' …' : ''}`);
    slice = column.bins.kind === 'number' ? beyondCondition(name, column.low ?? 0, column.high ?? 0) : oneOfCondition(name, fresh.map(({ value }) => value));
  }
  if (causes.includes('missing')) {
    parts.push(`missing values ${percent(missing[0])} → ${percent(missing[1])}`);
    if (slice === '' && missing[1] > missing[0]) slice = missingCondition(name);
  }
  if (Number.isFinite(mean[0]) && Number.isFinite(mean[1]) && (causes.includes('distribution') || parts.length === 0)) parts.push(`mean ${formatNumber(mean[0])} → ${formatNumber(mean[1])}`);
  // The bin that gained most, weighed as the index does.
  let best = { at: -1, gain: 0 };
  now.forEach((q, at) => {
    const gain = q > (reference[at] ?? 0) ? (q - (reference[at] ?? 0)) * Math.log((q + 1e-6) / ((reference[at] ?? 0) + 1e-6)) : 0;
    if (gain > best.gain) best = { at, gain };
  });
  const most = bins[best.at];
  if (most !== undefined && (causes.includes('distribution') || parts.length === 0)) {
    parts.push(`${most.label}: ${percent(reference[best.at] ?? 0)} → ${percent(now[best.at] ?? 0)}`);
    if (slice === '') slice = most.condition;
  }
  return { slice, words: parts.length === 0 ? 'as in the reference' : parts.join('; ') };
}
