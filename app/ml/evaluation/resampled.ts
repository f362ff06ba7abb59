import { studentTwoSided } from '../association/distributions.ts';

/**
 * Scores of folds are not independent: their training rows overlap, so that the plain variance of their mean is far too small. Nadeau
 * and Bengio (Inference for the Generalization Error, Machine Learning 52, 2003) correct it: with J scores of variance s², the variance of
 * their mean is taken as (1 ÷ J + tested ÷ trained) s², where tested ÷ trained is the ratio of rows in a fold.
 */
export const resampledVariance = (variance: number, count: number, ratio: number): number => (1 / count + ratio) * variance;

export interface MeanInterval {
  /** Finite values that went in. */
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation; NaN for one value. */
  readonly deviation: number;
  /** The confidence interval of the mean; NaN for one value. */
  readonly low: number;
  readonly high: number;
}

/** Mean of scores over folds, with its interval. @param ratio tested ÷ training rows of a fold. @param confidence 0…1. */
export function resampledInterval(values: readonly number[], ratio: number, confidence: number): MeanInterval {
  const { count, mean, variance } = momentsOf(values);
  const half = count < 2 ? Number.NaN : studentCritical(1 - confidence, count - 1) * Math.sqrt(resampledVariance(variance, count, ratio));
  return { count, mean, deviation: Math.sqrt(variance), low: mean - half, high: mean + half };
}

export interface ResampledTest extends MeanInterval {
  /** Corrected resampled t; infinite where all differences are equal and not zero. */
  readonly t: number;
  /** Two-sided; NaN for fewer than two differences. */
  readonly p: number;
}

/** Paired corrected resampled t-test of differences of scores on the same folds against zero (Nadeau & Bengio 2003). */
export function resampledTest(differences: readonly number[], ratio: number, confidence: number): ResampledTest {
  const interval = resampledInterval(differences, ratio, confidence);
  const { count, mean, deviation } = interval;
  if (count < 2) return { ...interval, t: Number.NaN, p: Number.NaN };
  const error = Math.sqrt(resampledVariance(deviation * deviation, count, ratio));
  const t = mean === 0 ? 0 : mean / error;
  return { ...interval, t, p: studentTwoSided(t, count - 1) };
}

/** The value that |T| exceeds with probability `p`, by bisection of `studentTwoSided`; relative error under 1e-12. */
export function studentCritical(p: number, freedom: number): number {
  let high = 1;
  while (studentTwoSided(high, freedom) > p) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, freedom) > p) low = middle;
    else high = middle;
    if (middle === low && middle === high) break;
  }
  return (low + high) / 2;
}

function momentsOf(values: readonly number[]): { count: number; mean: number; variance: number } {
  const finite = values.filter((value) => Number.isFinite(value));
  const count = finite.length;
  const mean = finite.reduce((sum, value) => sum + value, 0) / count;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  // Equal scores have no spread, whatever their sum rounds to.
  const equal = finite.every((value) => value === finite[0]);
  return { count, mean: equal ? (finite[0] ?? Number.NaN) : mean, variance: count < 2 ? Number.NaN : equal ? 0 : squares / (count - 1) };
}
