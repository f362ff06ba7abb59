/** A number that is only known roughly: 0 ≤ low ≤ likely ≤ high, all finite. */
export interface Range {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

/** More than any table or memory has; keeps products finite. */
export const most = 1e15;

const clamp = (value: number): number => (Number.isNaN(value) ? most : Math.min(most, Math.max(0, value)));

/** Puts three guesses in order, so that no rule can give a range that is none. */
export function range(low: number, likely: number, high: number): Range {
  const bottom = clamp(low);
  const middle = Math.max(bottom, clamp(likely));
  return { low: bottom, likely: middle, high: Math.max(middle, clamp(high)) };
}

export const exactly = (value: number): Range => range(value, value, value);
export const plus = (a: Range, b: Range): Range => range(a.low + b.low, a.likely + b.likely, a.high + b.high);
export const minus = (a: Range, value: number): Range => range(a.low - value, a.likely - value, a.high - value);
export const times = (a: Range, factor: number): Range => range(a.low * factor, a.likely * factor, a.high * factor);
export const product = (a: Range, b: Range): Range => range(a.low * b.low, a.likely * b.likely, a.high * b.high);
export const atMost = (a: Range, value: number): Range => range(Math.min(a.low, value), Math.min(a.likely, value), Math.min(a.high, value));
/** Each bound at most the same bound of the other. */
export const within = (a: Range, limit: Range): Range => range(Math.min(a.low, limit.low), Math.min(a.likely, limit.likely), Math.min(a.high, limit.high));
export const total = (all: readonly Range[]): Range => all.reduce(plus, exactly(0));
/** Each bound by itself; of none: zero. */
export const largest = (all: readonly Range[]): Range => all.reduce((a, b) => range(Math.max(a.low, b.low), Math.max(a.likely, b.likely), Math.max(a.high, b.high)), exactly(0));
/** Whole numbers, for rows and bytes on the wire. */
export const whole = (a: Range): Range => range(Math.floor(a.low), Math.round(a.likely), Math.ceil(a.high));
