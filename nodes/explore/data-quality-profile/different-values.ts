/** Numbers of different values, over a random part of the *values*: all rows of a value are in the part, or none is. */

/** So many different values in a part make the estimate right to 1 % in 95 of 100 cases. */
export const valuesLooked = 40_000;

/** Rows → one of so many different values is looked at, at first; 1: every one. */
export const firstPart = (rows: number): number => Math.max(1, Math.floor(rows / valuesLooked));

/** The part that fits a column of about `distinct` different values. */
export const partFor = (distinct: number): number => Math.max(1, Math.floor(distinct / valuesLooked));

export interface Different {
  readonly count: number;
  /** Half of the 95 % interval, as a share of `count`; 0: every value was counted. */
  readonly error: number;
}

/** SQL that counts the different values whose hash falls into one of `part` equal parts. */
export const differentSql = (value: string, part: number): string => (part === 1 ? `count(distinct ${value})` : `count(distinct ${value}) filter (where hash(${value}) % ${part} = 0)`);

/**
 * A hash keeps each value with probability 1 / part, so the values found are binomial (Gibbons 2001, “Distinct sampling for highly-accurate
 * answers to distinct values queries”): unlike a sample of rows, how often values occur plays no part. DuckDB’s own sketch has 64
 * registers and is 10 to 25 % off.
 */
export function differentOf(found: number, part: number): Different {
  if (part === 1) return { count: found, error: 0 };
  return { count: found * part, error: found === 0 ? 1 : 1.96 * Math.sqrt((1 - 1 / part) / found) };
}
