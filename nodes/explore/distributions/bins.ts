/** Equal-width bins for a histogram. */
export interface Bins {
  /** Lower edge of the first bin. */
  readonly start: number;
  readonly width: number;
  readonly count: number;
}

/**
 * At most `most` bins over [low, high]. Whole numbers get bins of a whole width around the values, so that no bin holds more of
 * them than another by construction. Null where there is nothing to bin.
 */
export function binsOver(low: number, high: number, whole: boolean, most: number): Bins | null {
  if (!Number.isFinite(low) || !Number.isFinite(high) || high < low) return null;
  if (whole) {
    const width = Math.max(1, Math.ceil((high - low + 1) / most));
    return { start: low - 0.5, width, count: Math.ceil((high - low + 1) / width) };
  }
  const width = (high - low) / most;
  if (!(width > 0) || !Number.isFinite(width)) return { start: low - 0.5, width: 1, count: 1 };
  return { start: low, width, count: most };
}

export const centres = ({ start, width, count }: Bins): number[] => Array.from({ length: count }, (_, i) => start + (i + 0.5) * width);
