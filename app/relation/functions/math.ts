import { arityMessage, overloads, TypeMismatch, unified, argumentMismatch, type FunctionSpec, type Overload, type Value } from './spec.ts';
import { inInt64 } from './arithmetic.ts';
import { compareValues } from './order.ts';

const keepsKind: readonly Overload[] = [
  [['integer'], 'integer'],
  [['float'], 'float'],
];
const real: readonly Overload[] = [[['float'], 'float']];

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly signature: string;
  readonly example: string;
}

function unary(
  described: Described,
  table: readonly Overload[],
  duckdb: (a: string, type: string) => string,
  evaluate: (a: bigint | number) => Value,
): FunctionSpec {
  return {
    ...described,
    category: 'math',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads(described.name, table),
    duckdb: ([a = ''], [type = 'float']) => duckdb(a, type),
    evaluate: ([a]) => evaluate(typeof a === 'bigint' ? a : Number(a)),
  };
}

/** Rounding functions leave whole numbers as they are. */
function rounding(name: string, summary: string, round: (a: number) => number): FunctionSpec {
  return unary(
    { name, summary, signature: `${name}(number) → number`, example: `${name}(price)` },
    keepsKind,
    (a, type) => (type === 'integer' ? a : `${name}(${a})`),
    (a) => (typeof a === 'bigint' ? a : round(a)),
  );
}

/** Functions with a domain are null outside it, where DuckDB alone would fail the whole query. */
function withinDomain(name: string, summary: string, condition: string, inside: (a: number) => boolean, evaluate: (a: number) => number): FunctionSpec {
  return unary(
    { name, summary, signature: `${name}(number) → number`, example: `${name}(area)` },
    real,
    (a) => `(case when ${a} ${condition} then ${name}(${a}) end)`,
    (a) => (Number.isNaN(Number(a)) || inside(Number(a)) ? evaluate(Number(a)) : null),
  );
}

function extreme(name: 'greatest' | 'least', words: string, sign: number): FunctionSpec {
  return {
    name,
    summary: `The ${words} of the values; missing ones are passed over.`,
    signature: `${name}(a, b, …) → type of the values`,
    example: `${name}(bid, reserve)`,
    category: 'math',
    kind: 'function',
    nulls: 'own',
    resolve: (args) => {
      if (args.length < 2) throw new TypeMismatch(arityMessage(name, [2], args.length));
      const type = unified(name, args);
      if (type === 'binary') throw argumentMismatch(name, 0, ['float', 'string', 'date'], args);
      return { type, params: args.map(() => type) };
    },
    duckdb: (args) => `${name}(${args.join(', ')})`,
    evaluate: (args) => args.reduce<Value>((best, arg) => (arg === null ? best : best === null || compareValues(arg, best) * sign > 0 ? arg : best), null),
  };
}

/** Half away from zero, as SQL rounds; keeps the sign of zero. */
export function roundHalfAway(value: number): number {
  const size = Math.abs(value);
  const down = Math.floor(size);
  const rounded = size - down >= 0.5 ? down + 1 : down;
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

export function roundTo(value: number, digits: number): number {
  if (digits < 0) {
    const power = 10 ** -digits;
    const result = roundHalfAway(value / power) * power;
    return Number.isFinite(result) ? result : 0;
  }
  const power = 10 ** digits;
  const result = roundHalfAway(value * power) / power;
  return Number.isFinite(result) ? result : value;
}

export const mathFunctions: readonly FunctionSpec[] = [
  unary(
    { name: 'abs', summary: 'Size of a number without its sign.', signature: 'abs(number) → number', example: 'abs(balance)' },
    keepsKind,
    (a) => `abs(${a})`,
    (a) => (typeof a === 'bigint' ? inInt64(a < 0n ? -a : a) : Math.abs(a)),
  ),
  {
    name: 'round',
    summary: 'Rounds to the nearest whole number or to a number of decimals; halves go away from zero (2.5 to 3, -2.5 to -3).',
    signature: 'round(number, decimals?) → number',
    example: 'round(price, 2)',
    category: 'math',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads('round', [...keepsKind, [['float', 'integer'], 'float']]),
    duckdb: ([a = '', digits], [type], constants) => {
      if (digits === undefined) return type === 'integer' ? a : `round(${a})`;
      const constant = constants[1];
      if (typeof constant === 'number') return `round(${a}, ${Math.max(-300, Math.min(300, constant))})`;
      // greatest and least pass over null, so null is kept apart.
      return `round(${a}, (case when ${digits} is not null then greatest(-300, least(300, ${digits})) end)::integer)`;
    },
    evaluate: ([a = null, digits]) => {
      if (typeof a === 'bigint') return a;
      return digits === undefined ? roundHalfAway(Number(a)) : roundTo(Number(a), Math.max(-300, Math.min(300, Number(digits))));
    },
  },
  rounding('floor', 'The nearest whole number below.', Math.floor),
  rounding('ceil', 'The nearest whole number above.', Math.ceil),
  withinDomain('sqrt', 'Square root; missing for negative numbers.', '>= 0e0', (a) => a >= 0, Math.sqrt),
  unary({ name: 'exp', summary: 'e to the power of a number.', signature: 'exp(number) → number', example: 'exp(log_odds)' }, real, (a) => `exp(${a})`, (a) => Math.exp(Number(a))),
  withinDomain('ln', 'Natural logarithm; missing for zero and negative numbers.', '> 0e0', (a) => a > 0, Math.log),
  withinDomain('log10', 'Logarithm to base 10; missing for zero and negative numbers.', '> 0e0', (a) => a > 0, Math.log10),
  {
    name: 'power',
    summary: 'A number raised to a power (also a ^ b); missing where that is no real number, such as power(-8, 0.5).',
    signature: 'power(number, exponent) → number',
    example: 'power(radius, 2)',
    category: 'math',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads('power', [[['float', 'float'], 'float']]),
    duckdb: ([a, b]) => `nullif(power(${a}, ${b}), 'nan'::double)`,
    evaluate: ([a, b]) => {
      // C's pow, which SQL uses, gives 1 where JavaScript gives NaN: 1 to any power, and -1 to an infinite one.
      const [base, exponent] = [Number(a), Number(b)];
      const result = base === 1 || (base === -1 && Math.abs(exponent) === Infinity) ? 1 : base ** exponent;
      return Number.isNaN(result) ? null : result;
    },
  },
  unary(
    { name: 'sign', summary: '-1 for negative numbers, 0 for zero, 1 for positive ones.', signature: 'sign(number) → whole number', example: 'sign(change)' },
    [
      [['integer'], 'integer'],
      [['float'], 'integer'],
    ],
    (a) => `sign(${a})::bigint`,
    (a) => (a > 0 ? 1n : a < 0 ? -1n : 0n),
  ),
  extreme('greatest', 'largest', 1),
  extreme('least', 'smallest', -1),
];
