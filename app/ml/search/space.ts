import { formatNumber } from '#app/core/units.ts';
import type { Dimension } from '#app/sdk/search-space.ts';

/** A place in a space, one number a dimension: the index of a choice, or 0…1 from the low end of a range to its high end. */
export type Point = readonly number[];

export function randomPoint(space: readonly Dimension[], next: () => number): Point {
  return space.map((dimension) => (dimension.kind === 'choice' ? Math.floor(next() * dimension.values.length) : next()));
}

/** The params at a point. */
export function paramsAt(space: readonly Dimension[], point: Point): Record<string, unknown> {
  return Object.fromEntries(space.map((dimension, index) => [dimension.param, valueAt(dimension, point[index] ?? 0)]));
}

export function valueAt(dimension: Dimension, at: number): unknown {
  if (dimension.kind === 'choice') return dimension.values[at];
  const { low, high, log, integer } = dimension;
  const value = log ? Math.exp(Math.log(low) + at * (Math.log(high) - Math.log(low))) : low + at * (high - low);
  if (integer) return Math.round(Math.min(high, Math.max(low, value)));
  // Four digits: nobody can tell more from a score, and people read them.
  return Math.min(high, Math.max(low, Number(value.toPrecision(4))));
}

/** Where a value stands, as far as the dimension has it: the inverse of `valueAt`. */
export function placeOf(dimension: Dimension, value: unknown): number | null {
  if (dimension.kind === 'choice') {
    const at = dimension.values.findIndex((one) => JSON.stringify(one) === JSON.stringify(value));
    return at < 0 ? null : at;
  }
  const { low, high, log } = dimension;
  if (typeof value !== 'number' || value < low || value > high) return null;
  return log ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low)) : (value - low) / (high - low);
}

/**
 * All combinations, at most `most`: choices with all their values, ranges in as many equal steps as fit (two at least, no whole number
 * twice). The last dimension changes fastest. Above `most`, which choices alone may bring about, a part evenly spread.
 */
export function gridPoints(space: readonly Dimension[], most: number): { readonly points: readonly Point[]; readonly all: number } {
  const choices = space.reduce((product, dimension) => product * (dimension.kind === 'choice' ? dimension.values.length : 1), 1);
  const ranges = space.filter((dimension) => dimension.kind === 'range').length;
  const steps = ranges === 0 ? 1 : Math.max(2, Math.floor((most / choices) ** (1 / ranges) + 1e-9));
  const axes = space.map((dimension) => {
    if (dimension.kind === 'choice') return dimension.values.map((_value, index) => index);
    const places = Array.from({ length: steps }, (_unused, index) => index / (steps - 1));
    return places.filter((place, index) => index === 0 || valueAt(dimension, place) !== valueAt(dimension, places[index - 1] ?? 0));
  });
  const all = axes.reduce((product, axis) => product * axis.length, 1);
  const count = Math.min(all, most);
  const points = Array.from({ length: count }, (_unused, index) => {
    let rest = all === count ? index : Math.floor(((index + 0.5) * all) / count);
    return axes
      .toReversed()
      .map((axis) => {
        const place = axis[rest % axis.length] ?? 0;
        rest = Math.floor(rest / axis.length);
        return place;
      })
      .reverse();
  });
  return { points, all };
}

/** “learningRate 0.05, maxLeaves 31”. */
export function paramsInWords(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${valueInWords(value)}`)
    .join(', ');
}

export function valueInWords(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
