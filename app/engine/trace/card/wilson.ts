/** 95 % interval of a share of `rows` (Wilson 1927): holds also for shares near 0 and 1, and for few rows. Null without rows. */
export function wilson(share: number, rows: number): readonly [number, number] | null {
  if (!(rows > 0) || !(share >= 0 && share <= 1)) return null;
  const z = 1.959_963_984_540_054;
  const centre = (share + (z * z) / (2 * rows)) / (1 + (z * z) / rows);
  const half = (z / (1 + (z * z) / rows)) * Math.sqrt((share * (1 - share)) / rows + (z * z) / (4 * rows * rows));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
