import { argumentMismatch, overloads, TypeMismatch, type FunctionSpec, type Overload, type Value } from './spec.ts';
import { addDays, daysBetween } from './calendar.ts';

/** Thrown by the interpreter where the query would fail too. */
export class ArithmeticOverflow extends Error {}

const low = -(2n ** 63n);
const high = 2n ** 63n - 1n;

/** 64-bit result, or a failure: whole numbers never wrap round. */
export function inInt64(value: bigint): bigint {
  if (value < low || value > high) throw new ArithmeticOverflow('A whole number left the range of 64 bits.');
  return value;
}

const numeric: readonly Overload[] = [
  [['integer', 'integer'], 'integer'],
  [['float', 'float'], 'float'],
];

function binary(
  name: string,
  spelling: string,
  summary: string,
  example: string,
  table: readonly Overload[],
  duckdb: FunctionSpec['duckdb'],
  evaluate: (a: Value, b: Value) => Value,
): FunctionSpec {
  return {
    name,
    spelling,
    summary,
    signature: `a ${spelling} b → number`,
    example,
    category: 'arithmetic',
    kind: 'operator',
    nulls: 'propagate',
    resolve: overloads(spelling, table),
    duckdb,
    evaluate: ([a = null, b = null]) => evaluate(a, b),
  };
}

const infix = (sign: string): FunctionSpec['duckdb'] => ([a, b]) => `(${a} ${sign} ${b})`;

function numbers(whole: (a: bigint, b: bigint) => bigint | null, real: (a: number, b: number) => number): (a: Value, b: Value) => Value {
  return (a, b) => {
    if (typeof a === 'bigint' && typeof b === 'bigint') {
      const result = whole(a, b);
      return result === null ? null : inInt64(result);
    }
    return real(Number(a), Number(b));
  };
}

const remainder: FunctionSpec['evaluate'] = ([a, b]) => {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (b === 0n) return null;
    inInt64(a / b);
    return a % b;
  }
  const result = Number(a) % Number(b);
  return Number.isNaN(result) ? null : result;
};

const remainderSql: FunctionSpec['duckdb'] = ([a, b], types) => (types[0] === 'integer' ? `(${a} % ${b})` : `nullif(${a} % ${b}, 'nan'::double)`);

export const arithmeticFunctions: readonly FunctionSpec[] = [
  binary(
    'add',
    '+',
    'Sum; a date plus a whole number is that many days later. Whole numbers fail beyond 64 bits rather than wrap.',
    'price + tax',
    [...numeric, [['date', 'integer'], 'date']],
    ([a, b], types) => (types[0] === 'date' ? `(${a} + (${b})::integer)` : `(${a} + ${b})`),
    (a, b) => (typeof a === 'string' ? addDays(a, Number(b)) : numbers((x, y) => x + y, (x, y) => x + y)(a, b)),
  ),
  binary(
    'subtract',
    '-',
    'Difference; two dates give the days between them, and a date minus a whole number is that many days earlier.',
    'revenue - cost',
    [...numeric, [['date', 'date'], 'integer'], [['date', 'integer'], 'date']],
    ([a, b], types) => (types[1] === 'integer' && types[0] === 'date' ? `(${a} - (${b})::integer)` : `(${a} - ${b})`),
    (a, b) => {
      if (typeof a === 'string') return typeof b === 'string' ? BigInt(daysBetween(b, a)) : addDays(a, -Number(b));
      return numbers((x, y) => x - y, (x, y) => x - y)(a, b);
    },
  ),
  binary('multiply', '*', 'Product. Whole numbers fail beyond 64 bits rather than wrap.', 'price * quantity', numeric, infix('*'), numbers((x, y) => x * y, (x, y) => x * y)),
  binary(
    'divide',
    '/',
    'Quotient as a number with a fraction (7 / 2 is 3.5); missing where the divisor is zero.',
    'revenue / visits',
    [[['float', 'float'], 'float']],
    ([a, b]) => `(${a} / nullif(${b}, 0e0))`,
    (a, b) => (Number(b) === 0 ? null : Number(a) / Number(b)),
  ),
  {
    ...binary(
      'integer_divide',
      '//',
      'Whole quotient of two whole numbers, cut towards zero (-7 // 2 is -3); missing where the divisor is zero.',
      'minutes // 60',
      [[['integer', 'integer'], 'integer']],
      infix('//'),
      numbers((x, y) => (y === 0n ? null : x / y), (x, y) => Math.trunc(x / y)),
    ),
    resolve: (args) => {
      if (args.some((arg) => !arg.isNull && arg.type === 'float')) {
        throw new TypeMismatch('The operator “//” divides whole numbers only.', undefined, 'Use floor(a / b) for numbers with a fraction.');
      }
      return overloads('//', [[['integer', 'integer'], 'integer']])(args);
    },
  },
  {
    name: 'mod',
    summary: 'Remainder of a division, with the sign of the first number (-7 % 2 is -1); missing where the divisor is zero. Also written a % b.',
    signature: 'mod(a, b) → number',
    example: 'mod(id, 10)',
    category: 'arithmetic',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads('mod', numeric),
    duckdb: remainderSql,
    evaluate: remainder,
  },
  {
    name: 'negate',
    spelling: '-',
    summary: 'The number with the other sign.',
    signature: '-a → number',
    example: '-balance',
    category: 'arithmetic',
    kind: 'operator',
    nulls: 'propagate',
    resolve: (args) => {
      const [arg] = args;
      if (args.length === 1 && arg && !arg.isNull && arg.type !== 'integer' && arg.type !== 'float') throw argumentMismatch('-', 0, ['float'], args);
      return overloads('-', [[['integer'], 'integer'], [['float'], 'float']])(args);
    },
    duckdb: ([a]) => `(- ${a})`,
    evaluate: ([a]) => (typeof a === 'bigint' ? inInt64(-a) : -Number(a)),
  },
];
