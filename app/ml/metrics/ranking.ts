/**
 * Rows in order of falling score, tied scores together: `truePositives[i]` and `falsePositives[i]` count the rows whose score is at
 * least `thresholds[i]`.
 */
export interface Ranking {
  readonly thresholds: Float64Array;
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  /** Rows with at least this score are called positive. Infinity: none. */
  readonly threshold: number;
}

/** @param positive nonzero for positive rows. Rows with a NaN score are left out. O(n log n). */
export function rankScores(scores: ArrayLike<number>, positive: ArrayLike<number>): Ranking {
  let positives = 0;
  let negatives = 0;
  for (let row = 0; row < scores.length; row += 1) {
    if (Number.isNaN(scores[row])) continue;
    if (positive[row] !== 0) positives += 1;
    else negatives += 1;
  }
  // Two native sorts of plain numbers and a merge are several times quicker than sorting indices by a comparator.
  const ups = new Float64Array(positives);
  const downs = new Float64Array(negatives);
  let up = 0;
  let down = 0;
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row] ?? Number.NaN;
    if (Number.isNaN(score)) continue;
    if (positive[row] !== 0) ups[up++] = score;
    else downs[down++] = score;
  }
  ups.sort();
  downs.sort();
  const thresholds = new Float64Array(positives + negatives);
  const truePositives = new Float64Array(positives + negatives);
  const falsePositives = new Float64Array(positives + negatives);
  let count = 0;
  let i = positives - 1;
  let j = negatives - 1;
  while (i >= 0 || j >= 0) {
    const threshold = Math.max(i >= 0 ? (ups[i] ?? 0) : Number.NEGATIVE_INFINITY, j >= 0 ? (downs[j] ?? 0) : Number.NEGATIVE_INFINITY);
    while (i >= 0 && ups[i] === threshold) i -= 1;
    while (j >= 0 && downs[j] === threshold) j -= 1;
    thresholds[count] = threshold;
    truePositives[count] = positives - 1 - i;
    falsePositives[count] = negatives - 1 - j;
    count += 1;
  }
  return { thresholds: thresholds.slice(0, count), truePositives: truePositives.slice(0, count), falsePositives: falsePositives.slice(0, count), positives, negatives };
}

/**
 * Area under the ROC curve by trapezoids over distinct scores: the chance that a positive row scores above a negative one, ties
 * counting half (Hanley & McNeil 1982). NaN where one of the classes is absent.
 */
export function rocAuc(ranking: Ranking): number {
  const { truePositives, falsePositives, positives, negatives } = ranking;
  if (positives === 0 || negatives === 0) return Number.NaN;
  let area = 0;
  let lastTrue = 0;
  let lastFalse = 0;
  for (let index = 0; index < truePositives.length; index += 1) {
    const hits = truePositives[index] ?? 0;
    const misses = falsePositives[index] ?? 0;
    area += ((misses - lastFalse) * (hits + lastTrue)) / 2;
    lastTrue = hits;
    lastFalse = misses;
  }
  return area / (positives * negatives);
}

/**
 * Average precision: Σ (recallₙ − recallₙ₋₁) precisionₙ over distinct scores, without interpolation (scikit-learn's
 * average_precision_score). NaN where there is no positive row.
 */
export function averagePrecision(ranking: Ranking): number {
  const { truePositives, falsePositives, positives } = ranking;
  if (positives === 0) return Number.NaN;
  let total = 0;
  let last = 0;
  for (let index = 0; index < truePositives.length; index += 1) {
    const hits = truePositives[index] ?? 0;
    total += ((hits - last) * hits) / (hits + (falsePositives[index] ?? 0));
    last = hits;
  }
  return total / positives;
}

/** False positive rate against true positive rate from (0, 0) to (1, 1); at most `limit` points, evenly along the curve. */
export function rocCurve(ranking: Ranking, limit = 500): CurvePoint[] {
  const { thresholds, truePositives, falsePositives, positives, negatives } = ranking;
  return thin(thresholds.length, limit, { x: 0, y: 0, threshold: Number.POSITIVE_INFINITY }, (index) => ({
    x: (falsePositives[index] ?? 0) / Math.max(1, negatives),
    y: (truePositives[index] ?? 0) / Math.max(1, positives),
    threshold: thresholds[index] ?? 0,
  }));
}

/** Recall against precision, from (0, 1); at most `limit` points, evenly along the curve. */
export function prCurve(ranking: Ranking, limit = 500): CurvePoint[] {
  const { thresholds, truePositives, falsePositives, positives } = ranking;
  return thin(thresholds.length, limit, { x: 0, y: 1, threshold: Number.POSITIVE_INFINITY }, (index) => {
    const hits = truePositives[index] ?? 0;
    return { x: hits / Math.max(1, positives), y: hits / (hits + (falsePositives[index] ?? 0)), threshold: thresholds[index] ?? 0 };
  });
}

function thin(count: number, limit: number, start: CurvePoint, at: (index: number) => CurvePoint): CurvePoint[] {
  const points = [start, ...Array.from({ length: count }, (_unused, index) => at(index))];
  if (points.length <= limit) return points;
  let length = 0;
  const along = points.map((point, index) => {
    const previous = points[index - 1] ?? point;
    length += Math.abs(point.x - previous.x) + Math.abs(point.y - previous.y);
    return length;
  });
  const kept: CurvePoint[] = [];
  let next = 0;
  for (const [index, point] of points.entries()) {
    const last = index === points.length - 1;
    if (!last && (kept.length >= limit - 1 || (along[index] ?? 0) < next)) continue;
    kept.push(point);
    next = (kept.length * length) / (limit - 1);
  }
  return kept;
}
