import { arityMessage, overloads, TypeMismatch, unified, argumentMismatch, type FunctionSpec } from './spec.ts';
import { compareValues } from './order.ts';
import { roundHalfAway } from './math.ts';

const propagating = { category: 'math', kind: 'function', nulls: 'propagate' } as const;

export const scaleFunctions: readonly FunctionSpec[] = [
  {
    ...propagating,
    name: 'clamp',
    summary: 'The value, but not below low and not above high; missing where one of the three is.',
    signature: 'clamp(value, low, high) → type of the values',
    example: 'clamp(age, 0, 120)',
    resolve: (args) => {
      if (args.length !== 3) throw new TypeMismatch(arityMessage('clamp', [3], args.length));
      const type = unified('clamp', args);
      if (type === 'binary') throw argumentMismatch('clamp', 0, ['float', 'string', 'date'], args);
      return { type, params: args.map(() => type) };
    },
    // greatest and least pass over null, a comparison does not.
    duckdb: ([a, low, high]) => `(case when ${a} is null or ${low} is null or ${high} is null then null when ${a} < ${low} then ${low} when ${a} > ${high} then ${high} else ${a} end)`,
    evaluate: ([a = null, low = null, high = null]) => (compareValues(a, low) < 0 ? low : compareValues(a, high) > 0 ? high : a),
  },
  {
    ...propagating,
    name: 'bucket',
    summary: 'How many of the edges the value reaches: 0 below the first, 1 from the first up to below the second, and so on.',
    signature: 'bucket(value, edge, edge, …) → whole number',
    example: 'bucket(age, 18, 30, 65)',
    resolve: (args) => {
      if (args.length < 2) throw new TypeMismatch(arityMessage('bucket', [2], args.length));
      const type = unified('bucket', args);
      if (type === 'binary' || type === 'boolean') throw argumentMismatch('bucket', 0, ['float', 'date'], args);
      return { type: 'integer', params: args.map(() => type) };
    },
    duckdb: ([a, ...edges]) => `(${edges.map((edge) => `(${a} >= ${edge})::bigint`).join(' + ')})`,
    evaluate: ([a = null, ...edges]) => BigInt(edges.filter((edge) => compareValues(a, edge) >= 0).length),
  },
  {
    ...propagating,
    name: 'round_to',
    summary: 'Rounds to the nearest multiple of a step; missing for a step of 0.',
    signature: 'round_to(number, step) → number',
    example: 'round_to(price, 0.05)',
    resolve: overloads('round_to', [[['float', 'float'], 'float']]),
    duckdb: ([a, step]) => `(round(${a} / nullif(${step}, 0e0)) * ${step})`,
    evaluate: ([a, step]) => (Number(step) === 0 ? null : roundHalfAway(Number(a) / Number(step)) * Number(step)),
  },
  {
    ...propagating,
    name: 'trunc',
    summary: 'The number without its decimals, cut towards zero.',
    signature: 'trunc(number) → number',
    example: 'trunc(hours)',
    resolve: overloads('trunc', [[['integer'], 'integer'], [['float'], 'float']]),
    duckdb: ([a = ''], [type]) => (type === 'integer' ? a : `trunc(${a})`),
    evaluate: ([a = null]) => (typeof a === 'bigint' ? a : Math.trunc(Number(a))),
  },
  {
    ...propagating,
    name: 'cbrt',
    summary: 'Cube root, also of negative numbers.',
    signature: 'cbrt(number) → number',
    example: 'cbrt(volume)',
    resolve: overloads('cbrt', [[['float'], 'float']]),
    duckdb: ([a]) => `cbrt(${a})`,
    evaluate: ([a]) => Math.cbrt(Number(a)),
  },
  {
    ...propagating,
    name: 'log2',
    summary: 'Logarithm to base 2; missing for zero and negative numbers.',
    signature: 'log2(number) → number',
    example: 'log2(fold_change)',
    resolve: overloads('log2', [[['float'], 'float']]),
    duckdb: ([a]) => `(case when ${a} > 0e0 then log2(${a}) end)`,
    evaluate: ([a]) => (Number.isNaN(a) || Number(a) > 0 ? Math.log2(Number(a)) : null),
  },
  {
    ...propagating,
    name: 'log_base',
    summary: 'Logarithm to any base above 0 but not 1; missing for zero and negative numbers.',
    signature: 'log_base(number, base) → number',
    example: 'log_base(population, 1.5)',
    resolve: overloads('log_base', [[['float', 'float'], 'float']]),
    duckdb: ([a, base]) => `(case when ${a} > 0e0 and ${base} > 0e0 and ${base} <> 1e0 then ln(${a}) / ln(${base}) end)`,
    // NaN is greater than every number in SQL, so that it passes the conditions.
    evaluate: ([a, base]) => {
      const inside = [a, base].every((each) => Number.isNaN(each) || Number(each) > 0);
      return inside && base !== 1 ? Math.log(Number(a)) / Math.log(Number(base)) : null;
    },
  },
  {
    ...propagating,
    name: 'is_finite',
    summary: 'Whether a number is neither infinite nor “not a number”.',
    signature: 'is_finite(number) → true/false',
    example: 'is_finite(ratio)',
    resolve: overloads('is_finite', [[['float'], 'boolean']]),
    duckdb: ([a]) => `isfinite(${a})`,
    evaluate: ([a]) => Number.isFinite(Number(a)),
  },
];
