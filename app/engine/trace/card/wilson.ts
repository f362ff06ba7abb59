import { wilson as intervalOf } from '#app/ml/index.ts';

/** 95 % interval of a share of `rows`, for cards. Null without rows, and where the number is no share. */
export function wilson(share: number, rows: number): readonly [number, number] | null {
  if (!(rows > 0) || !(share >= 0 && share <= 1)) return null;
  const { low, high } = intervalOf(share * rows, rows);
  return [low, high];
}
