const MAX_POINTS = 500;

export interface Curve {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Collects curves point by point and thins them evenly, keeping the first and the last point. */
export function createCurves(): { add(name: string, value: number, step: number): void; all(): Curve[] } {
  const points = new Map<string, { steps: number[]; values: number[] }>();
  return {
    add(name, value, step) {
      const curve = points.get(name) ?? { steps: [], values: [] };
      curve.steps.push(step);
      curve.values.push(value);
      points.set(name, curve);
    },
    all: () =>
      [...points].map(([name, { steps, values }]) => {
        const kept = thinIndices(steps.length, MAX_POINTS);
        return { name, steps: kept.map((index) => steps[index] ?? 0), values: kept.map((index) => values[index] ?? Number.NaN) };
      }),
  };
}

/** At most `limit` of the indices 0…count − 1, evenly spread, first and last included. */
export function thinIndices(count: number, limit: number): number[] {
  if (count <= limit) return Array.from({ length: count }, (_unused, index) => index);
  return Array.from({ length: limit }, (_unused, index) => Math.round((index * (count - 1)) / (limit - 1)));
}
