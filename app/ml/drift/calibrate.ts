import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { wilson } from '../understanding/intervals.ts';
import { drawer, type SampleCodes } from './resample.ts';
import { chiSquareOf, coarsened, jensenShannon, kolmogorovSmirnov, onEvenScale, stabilityIndex, total, wasserstein, type StatisticName } from './statistics.ts';

/** One column of a family of tests; plain data, so that it crosses to a worker. */
export interface TestedColumn {
  readonly statistic: StatisticName;
  /** Fine bin → coarse bin; missing values are the code after the last fine bin. */
  readonly to: Uint8Array;
  readonly coarse: number;
  /** For Wasserstein: ends of the fine bins. */
  readonly places: Float64Array;
  readonly discrete: boolean;
}

export interface CalibratePayload {
  readonly sample: SampleCodes;
  readonly columns: readonly TestedColumn[];
  readonly referenceRows: number;
  readonly batchRows: number;
  /** One false alarm in so many batches. */
  readonly batches: number;
  readonly seed: number;
}

/** What chance does to one statistic, on the even scale: where its middle is, and how far out one in a hundred batches gets. */
export interface Chance {
  readonly middle: number;
  readonly far: number;
}

export interface Calibration {
  readonly replicates: number;
  readonly batches: number;
  readonly batchRows: number;
  /** By column. `shares`: of missing values. */
  readonly values: readonly Chance[];
  readonly shares: readonly Chance[];
  /** What the farthest column of a batch reaches in all but one of `batches`, in units of `far − middle`. */
  readonly limit: number;
  /** 95 % interval of the rate of false alarms at that limit. */
  readonly rate: { readonly low: number; readonly high: number };
}

/** The statistic of a column from counts in fine bins without the missing ones. */
export function statisticOf(column: TestedColumn, reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const { statistic, to, coarse, places, discrete } = column;
  if (statistic === 'ks') return kolmogorovSmirnov(reference, current);
  if (statistic === 'wasserstein') return wasserstein(reference, current, places, discrete);
  const [r, c] = [coarsened(reference, to, coarse), coarsened(current, to, coarse)];
  if (statistic === 'psi') return stabilityIndex(r, c);
  if (statistic === 'jensen-shannon') return jensenShannon(r, c);
  return chiSquareOf(r, c).statistic;
}

/** Resampled batches for one false alarm in so many: about 25 of them lie beyond the limit. */
export const replicatesFor = (batches: number): number => Math.max(1000, Math.min(10_000, Math.round(25 * batches)));

/**
 * The limit that a batch without drift passes once in so many batches, whatever hangs together among its columns: batches are drawn from
 * the reference's own rows, each column's statistic is measured in units of its own chance, and the limit is a quantile of the largest of
 * them (Westfall and Young 1993, the distribution of the maximum by resampling).
 */
export function calibrate(payload: CalibratePayload, hooks: Pick<TaskHooks, 'check' | 'progress'>): Calibration {
  const { sample, columns, referenceRows, batchRows, batches, seed } = payload;
  const replicates = replicatesFor(batches);
  const drawBatch = drawer(sample, seed);
  const drawReference = drawer(sample, seed ^ 0x5bd1e995);
  const whole = wholeCounts(sample);
  // Both sides much larger than the sample: only the difference matters, and it is that of one draw with their common size.
  const isLarge = batchRows > sample.rows && referenceRows > sample.rows;
  const together = Math.max(1, Math.round(1 / (1 / batchRows + 1 / referenceRows)));
  const values = columns.map(() => new Float64Array(replicates));
  const shares = columns.map(() => new Float64Array(replicates));
  for (let round = 0; round < replicates; round++) {
    if (round % 32 === 0) {
      hooks.check();
      hooks.progress(round / replicates, 'Calibrating');
    }
    const batch = drawBatch.draw(isLarge ? together : batchRows);
    const reference = isLarge || referenceRows > 50 * batchRows ? whole : drawReference.draw(referenceRows);
    columns.forEach((column, c) => {
      const [r, b] = [reference[c] as Float64Array, batch[c] as Float64Array];
      const last = r.length - 1;
      const [rows, drawn] = [total(r), total(b)];
      const scaled = (counts: Float64Array, by: number): Float64Array => (by === 1 ? counts.subarray(0, last) : counts.subarray(0, last).map((count) => count * by));
      const value = onEvenScale(column.statistic, statisticOf(column, scaled(r, referenceRows / Math.max(1, rows)), scaled(b, batchRows / Math.max(1, drawn))));
      (values[c] as Float64Array)[round] = Number.isNaN(value) ? 0 : value;
      (shares[c] as Float64Array)[round] = Math.abs((r[last] as number) / Math.max(1, rows) - (b[last] as number) / Math.max(1, drawn));
    });
  }
  const chances = { values: values.map(chanceOf), shares: shares.map(chanceOf) };
  const farthest = Float64Array.from({ length: replicates }, (_, round) => Math.max(...columns.map((_column, c) => Math.max(distance(chances.values[c], (values[c] as Float64Array)[round] as number), distance(chances.shares[c], (shares[c] as Float64Array)[round] as number))))).sort();
  const beyond = Math.max(1, Math.round((replicates + 1) / batches));
  const limit = farthest[Math.max(0, replicates - beyond)] as number;
  return { replicates, batches, batchRows, ...chances, limit, rate: wilson(beyond, replicates + 1) };
}

/** How far a value on the even scale is from the middle, in units of what one in a hundred batches reaches; −∞ where chance moves nothing. */
export function distance(chance: Chance | undefined, value: number): number {
  if (chance === undefined || !(chance.far > chance.middle)) return Number.NEGATIVE_INFINITY;
  return (value - chance.middle) / (chance.far - chance.middle);
}

function chanceOf(values: Float64Array): Chance {
  const sorted = values.toSorted();
  return { middle: sorted[Math.floor(sorted.length / 2)] ?? 0, far: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
}

/** The sample's own counts. */
function wholeCounts({ codes, bins, rows }: SampleCodes): Float64Array[] {
  return codes.map((column, c) => {
    const counts = new Float64Array(bins[c] ?? 0);
    for (let row = 0; row < rows; row++) counts[column[row] as number] = (counts[column[row] as number] as number) + 1;
    return counts;
  });
}

export function calibrateDriftInWorker(payload: CalibratePayload, hooks: TaskHooks): TaskAnswer<Calibration> {
  return { result: calibrate(payload, hooks) };
}
