/**
 * The shift c that makes Σ l1 |bₖ − c| + ½ Σ l2 (bₖ − c)² least. The softmax does not change where all classes' coefficients of a
 * column are moved together, so the penalty alone decides (Friedman, Hastie and Tibshirani 2010, §4.1). Without l2 the median; where
 * any number between two is as good, the one next to 0.
 */
export function bestShift(values: readonly number[], l1: number, l2: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (l1 === 0) return mean;
  const at = (index: number): number => (index < 0 ? Number.NEGATIVE_INFINITY : (sorted[index] ?? Number.POSITIVE_INFINITY));
  if (l2 === 0) {
    const half = count >> 1;
    return count % 2 === 1 ? at(half) : Math.max(at(half - 1), Math.min(0, at(half)));
  }
  // With `below` values under c the slope is l1 (2 below − count) + l2 (count c − sum), which grows with c.
  for (let below = 0; below <= count; below++) {
    const level = mean - ((l1 / l2) * (2 * below - count)) / count;
    if (level < at(below - 1)) return at(below - 1);
    if (level <= at(below)) return level;
  }
  return mean;
}

/** Moves each column of all classes to where the penalty is least, and the intercepts to mean 0. Changes `at`. */
export function centre(at: Float64Array, classes: number, { l1, l2 }: { readonly l1: Float64Array; readonly l2: Float64Array }): void {
  const width = l1.length + 1;
  for (let j = 0; j < width; j++) {
    const values = Array.from({ length: classes }, (_, cls) => at[cls * width + j] as number);
    const shift = bestShift(values, l1[j] ?? 0, l2[j] ?? 0);
    for (let cls = 0; cls < classes; cls++) at[cls * width + j] = (values[cls] as number) - shift;
  }
}
