import { TypeMismatch, type FunctionSpec } from './spec.ts';

const NAME = 'interpolate';

export const interpolateFunctions: readonly FunctionSpec[] = [
  {
    name: NAME,
    summary: 'The height of a line through points at a place along it: straight between two points, level before the first and after the last.',
    signature: 'interpolate(place, place₁, height₁, place₂, height₂, …) → number',
    example: 'interpolate(age, 18, 0, 40, 1, 65, 0.5)',
    category: 'math',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      if (args.length < 5 || args.length % 2 === 0) throw new TypeMismatch(`${NAME} needs the place and then at least two pairs of a place and a height, but is given ${args.length} arguments.`);
      if (args[0]?.type !== 'float' && args[0]?.type !== 'integer') throw new TypeMismatch(`${NAME} needs a number as its place.`, 0);
      let last = Number.NEGATIVE_INFINITY;
      for (let at = 1; at < args.length; at += 1) {
        const value = args[at]?.constant;
        if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeMismatch(`${NAME} needs fixed numbers as places and heights.`, at);
        if (at % 2 === 0) continue;
        if (!(value > last)) throw new TypeMismatch(`${NAME} needs its places in rising order, but ${value} comes after ${last}.`, at);
        last = value;
      }
      return { type: 'float', params: args.map(() => 'float') };
    },
    // Half of the points are ruled out by each comparison.
    duckdb: ([x = '', ...points]) => {
      const place = (index: number): string => points[2 * index] ?? '';
      const height = (index: number): string => points[2 * index + 1] ?? '';
      const last = points.length / 2 - 1;
      const between = (from: number, to: number): string => {
        if (to - from === 1) return `${height(from)} + ((${x} - ${place(from)}) / (${place(to)} - ${place(from)})) * (${height(to)} - ${height(from)})`;
        const middle = (from + to) >> 1;
        return `case when ${x} < ${place(middle)} then ${between(from, middle)} else ${between(middle, to)} end`;
      };
      return `(case when ${x} is null then null when ${x} <= ${place(0)} then ${height(0)} when ${x} >= ${place(last)} then ${height(last)} else ${between(0, last)} end)`;
    },
    evaluate: ([place, ...points]) => {
      const x = Number(place);
      const at = (index: number): number => Number(points[index]);
      const last = points.length - 2;
      if (x <= at(0)) return at(1);
      // What is no number comes after all numbers, as in the database.
      if (x >= at(last) || Number.isNaN(x)) return at(last + 1);
      let from = 0;
      while (x >= at(from + 2)) from += 2;
      return at(from + 1) + ((x - at(from)) / (at(from + 2) - at(from))) * (at(from + 3) - at(from + 1));
    },
  },
];
