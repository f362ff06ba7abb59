import fc from 'fast-check';
import type { Value } from '../functions/spec.ts';
import type { ColumnType, Expr, Schema } from '../types.ts';

/** Random tables and expressions for property tests. */

export type TestType = Exclude<ColumnType, 'binary'>;

export const testSchema: Schema = [
  { name: 'flag', type: 'boolean' },
  { name: 'n', type: 'integer' },
  { name: 'm', type: 'integer' },
  { name: 'x', type: 'float' },
  { name: 'y "q"', type: 'float' },
  { name: 's', type: 'string' },
  { name: 'têxt', type: 'string' },
  { name: 'd', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'tod', type: 'time' },
];

const letters = ['a', 'B', 'b', 'ß', 'ä', 'É', '€', '😀', ' ', '%', '_', "'", '"', '\\', '1', '-', '\t'];
const text = fc.oneof({ weight: 4, arbitrary: fc.array(fc.constantFrom(...letters), { maxLength: 5 }).map((parts) => parts.join('')) }, { weight: 1, arbitrary: fc.constantFrom('', '12', '-3.5', 'true', '2024-02-29', '1e3', '  7 ') });

const two = (value: number): string => String(value).padStart(2, '0');
const date = fc.record({ y: fc.integer({ min: 1900, max: 2100 }), m: fc.integer({ min: 1, max: 12 }), d: fc.integer({ min: 1, max: 28 }) }).map(({ y, m, d }) => `${y}-${two(m)}-${two(d)}`);
const time = fc.record({ h: fc.integer({ min: 0, max: 23 }), m: fc.integer({ min: 0, max: 59 }), s: fc.integer({ min: 0, max: 59 }), f: fc.constantFrom('', '.5', '.000001') }).map(({ h, m, s, f }) => `${two(h)}:${two(m)}:${two(s)}${f}`);

const extremes = { low: -(2n ** 63n), high: 2n ** 63n - 1n };

/** Values of a type; `wild` adds what breaks arithmetic: 64-bit ends, infinities, NaN, huge and tiny numbers. */
export function valueArbitrary(type: ColumnType, wild: boolean): fc.Arbitrary<Value> {
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.oneof({ weight: 5, arbitrary: fc.bigInt({ min: -9n, max: 9n }) }, { weight: wild ? 1 : 0, arbitrary: fc.constantFrom(extremes.low, extremes.high, 2n ** 53n + 1n, -(2n ** 31n), 2n ** 31n) });
    case 'float':
      return fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(0, -0, 1, -1.5, 2.25, 0.5, -2.5, 3.5, 100) },
        { weight: wild ? 2 : 0, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 1e300, -1e-300, 0.1, 1e15, 1e16, 1e-5, 2 ** 53 + 2, 2 ** 63) },
      );
    case 'string':
      return text;
    case 'date':
      return date;
    case 'time':
      return time;
    case 'timestamp':
      return fc.tuple(date, time).map((parts) => parts.join(' '));
    case 'binary':
      return fc.constant('00ff');
  }
}

export function tableArbitrary(schema: Schema, wild: boolean, maxLength = 8): fc.Arbitrary<Value[][]> {
  const row = fc.tuple(...schema.map(({ type }) => fc.option(valueArbitrary(type, wild), { freq: 4 })));
  return fc.array(row, { maxLength }).map((rows) => rows.map((each) => [...each]));
}

/** Functions with fixed argument types whose results are exactly the same in both backends. */
const fixed: readonly (readonly [fn: string, args: readonly TestType[], result: TestType])[] = [
  ['and', ['boolean', 'boolean'], 'boolean'],
  ['or', ['boolean', 'boolean'], 'boolean'],
  ['not', ['boolean'], 'boolean'],
  ...(['add', 'subtract', 'multiply', 'mod'] as const).flatMap((fn) => [[fn, ['integer', 'integer'], 'integer'] as const, [fn, ['float', 'float'], 'float'] as const, [fn, ['integer', 'float'], 'float'] as const]),
  ['divide', ['float', 'float'], 'float'],
  ['divide', ['integer', 'integer'], 'float'],
  ['integer_divide', ['integer', 'integer'], 'integer'],
  ['negate', ['integer'], 'integer'],
  ['negate', ['float'], 'float'],
  ['subtract', ['date', 'date'], 'integer'],
  ...(['abs', 'round', 'floor', 'ceil'] as const).flatMap((fn) => [[fn, ['integer'], 'integer'] as const, [fn, ['float'], 'float'] as const]),
  ['sign', ['float'], 'integer'],
  ['sign', ['integer'], 'integer'],
  ['sqrt', ['float'], 'float'],
  ...(['lower', 'upper', 'trim', 'ltrim', 'rtrim'] as const).map((fn) => [fn, ['string'], 'string'] as const),
  ['trim', ['string', 'string'], 'string'],
  ['length', ['string'], 'integer'],
  ['concat_operator', ['string', 'integer'], 'string'],
  ['concat_operator', ['float', 'string'], 'string'],
  ['concat', ['string', 'date', 'boolean'], 'string'],
  ['concat', ['timestamp', 'time', 'string'], 'string'],
  ['substring', ['string', 'integer'], 'string'],
  ['substring', ['string', 'integer', 'integer'], 'string'],
  ['left', ['string', 'integer'], 'string'],
  ['right', ['string', 'integer'], 'string'],
  ['replace', ['string', 'string', 'string'], 'string'],
  ...(['contains', 'starts_with', 'ends_with', 'like', 'not_like'] as const).map((fn) => [fn, ['string', 'string'], 'boolean'] as const),
  ['position', ['string', 'string'], 'integer'],
  ['split_part', ['string', 'string', 'integer'], 'string'],
  ...(['year', 'quarter', 'month', 'week', 'day', 'day_of_year', 'weekday'] as const).flatMap((fn) => [[fn, ['date'], 'integer'] as const, [fn, ['timestamp'], 'integer'] as const]),
  ['clamp', ['integer', 'integer', 'integer'], 'integer'],
  ['clamp', ['date', 'date', 'date'], 'date'],
  ['bucket', ['float', 'integer', 'float'], 'integer'],
  ['bucket', ['date', 'date'], 'integer'],
  ['trunc', ['float'], 'float'],
  ['round_to', ['float', 'float'], 'float'],
  ['is_finite', ['float'], 'boolean'],
  ...(['title_case', 'reverse', 'strip_accents', 'normalize_spaces', 'md5', 'sha256'] as const).map((fn) => [fn, ['string'], 'string'] as const),
  ['is_blank', ['string'], 'boolean'],
  ['occurrences', ['string', 'string'], 'integer'],
  ['levenshtein', ['string', 'string'], 'integer'],
  ['jaro_winkler', ['string', 'string'], 'float'],
  ['lpad', ['string', 'integer'], 'string'],
  ['rpad', ['string', 'integer'], 'string'],
  ['repeat', ['string', 'integer'], 'string'],
  ['parse_number', ['string'], 'float'],
  ['last_day', ['date'], 'date'],
  ['make_date', ['integer', 'integer', 'integer'], 'date'],
  ['epoch', ['timestamp'], 'float'],
  ['from_epoch', ['integer'], 'timestamp'],
  ['from_epoch', ['float'], 'timestamp'],
  ['from_epoch_ms', ['integer'], 'timestamp'],
  ...(['day_name', 'month_name'] as const).flatMap((fn) => [[fn, ['date'], 'string'] as const, [fn, ['timestamp'], 'string'] as const]),
  ['iso_year', ['timestamp'], 'integer'],
  ['is_weekend', ['date'], 'boolean'],
  ...(['hour', 'minute', 'second'] as const).flatMap((fn) => [[fn, ['timestamp'], 'integer'] as const, [fn, ['time'], 'integer'] as const]),
];

const units = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'];
const patterns = ['[a-b]+', '^.', 'ß|ä', '(a)(B)?', '[0-9]$', '\\s'];
const call = (fn: string, ...args: Expr[]): Expr => ({ op: 'call', fn, args });
const constant = (value: string | number, type: ColumnType): Expr => ({ op: 'lit', value, type });

function literalArbitrary(type: TestType, wild: boolean): fc.Arbitrary<Expr> {
  const present = valueArbitrary(type, wild)
    .filter((value) => typeof value !== 'bigint' || (value >= -(2n ** 53n) + 1n && value < 2n ** 53n))
    .map((value): Expr => ({ op: 'lit', value: typeof value === 'bigint' ? Number(value) : value, type }));
  return fc.oneof({ weight: 6, arbitrary: present }, { weight: 1, arbitrary: fc.constant<Expr>({ op: 'lit', value: null, type }) });
}

/** Expressions of a type over a schema, at most `depth` calls deep. */
export function exprArbitrary(type: TestType, schema: Schema, depth: number, wild = true): fc.Arbitrary<Expr> {
  const columns = schema.filter((column) => column.type === type).map(({ name }): Expr => ({ op: 'col', name }));
  const leaf = columns.length > 0 ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...columns) }, { weight: 1, arbitrary: literalArbitrary(type, wild) }) : literalArbitrary(type, wild);
  if (depth <= 0) return leaf;
  const sub = (of: TestType): fc.Arbitrary<Expr> => exprArbitrary(of, schema, depth - 1, wild);
  const anyType = fc.constantFrom<TestType>('boolean', 'integer', 'float', 'string', 'date', 'timestamp', 'time');
  const several = (fn: string, of: TestType, count: number): fc.Arbitrary<Expr> => fc.tuple(...Array.from({ length: count }, () => sub(of))).map((args) => call(fn, ...args));
  const options: fc.Arbitrary<Expr>[] = [leaf];
  const calls = fixed.filter(([, , result]) => result === type);
  if (calls.length > 0) options.push(fc.constantFrom(...calls).chain(([fn, args]) => fc.tuple(...args.map(sub)).map((exprs) => call(fn, ...exprs))));
  options.push(
    fc.constantFrom('coalesce', 'if_null', 'nullif').chain((fn) => several(fn, type, 2)),
    fc.constantFrom('greatest', 'least').chain((fn) => several(fn, type, 3)),
    fc.record({ when: sub('boolean'), then: sub(type), other: fc.option(sub(type)) }).map(({ when, then, other }): Expr => ({ op: 'case', branches: [{ when, then }], ...(other ? { else: other } : {}) })),
  );
  switch (type) {
    case 'boolean':
      options.push(
        anyType.chain((of) => fc.constantFrom('equals', 'not_equals', 'less_than', 'less_than_or_equal', 'greater_than', 'greater_than_or_equal', 'is_distinct_from', 'is_not_distinct_from').chain((fn) => several(fn, of, 2))),
        anyType.chain((of) => fc.constantFrom('in', 'not_in', 'between').chain((fn) => several(fn, of, 3))),
        anyType.chain((of) => fc.constantFrom('is_null', 'is_not_null').chain((fn) => several(fn, of, 1))),
        fc.tuple(sub('integer'), sub('float')).map((args) => call('less_than', ...args)),
        fc.tuple(sub('timestamp'), sub('date')).map((args) => call('equals', ...args)),
        fc.tuple(sub('string'), fc.constantFrom(...patterns)).map(([arg, pattern]) => call('regexp_matches', arg, constant(pattern, 'string'))),
        castOf('boolean', ['integer', 'float', 'string']),
      );
      break;
    case 'integer':
      options.push(
        castOf('integer', ['boolean', 'float', 'string']),
        fc.tuple(fc.constantFrom(...units), sub('timestamp'), sub('timestamp')).map(([unit, a, b]) => call('date_diff', constant(unit, 'string'), a, b)),
        fc.tuple(fc.constantFrom(...units), sub('date'), sub('date')).map(([unit, a, b]) => call('date_diff', constant(unit, 'string'), a, b)),
        fc.tuple(fc.constantFrom(...units), sub('timestamp'), sub('date')).map(([unit, a, b]) => call('full_units', constant(unit, 'string'), a, b)),
        fc.tuple(sub('string'), fc.constantFrom(...patterns)).map(([arg, pattern]) => call('regexp_count', arg, constant(pattern, 'string'))),
      );
      break;
    case 'float':
      options.push(
        castOf('float', ['boolean', 'integer', 'string']),
        fc.tuple(sub('float'), fc.integer({ min: -3, max: 5 })).map(([arg, digits]) => call('round', arg, constant(digits, 'integer'))),
        fc.tuple(fc.integer({ min: 0, max: 3 }), sub('string'), sub('float'), sub('date')).map(([seed, ...args]) => call('hash_fraction', constant(seed, 'integer'), ...args)),
      );
      break;
    case 'string':
      options.push(
        castOf('string', ['boolean', 'integer', 'float', 'date', 'time', 'timestamp']),
        fc.tuple(sub('string'), fc.constantFrom(...patterns)).map(([arg, pattern]) => call('regexp_extract', arg, constant(pattern, 'string'))),
        fc.tuple(sub('string'), fc.constantFrom(...patterns)).map(([arg, pattern]) => call('regexp_replace', arg, constant(pattern, 'string'), constant('<\\0>', 'string'))),
        fc.tuple(fc.constantFrom<TestType>('date', 'timestamp').chain(sub), fc.constantFrom('%Y-%m-%d %H:%M:%S.%f', '%a %-d %B %y', '%G-W%V-%u %j', '%-I:%M %p')).map(([arg, format]) => call('format_date', arg, constant(format, 'string'))),
        fc.tuple(sub('float'), fc.integer({ min: 0, max: 4 }), fc.constantFrom('', ' ', ',')).map(([arg, decimals, sign]) => call('format_number', arg, constant(decimals, 'integer'), constant(sign, 'string'))),
      );
      break;
    case 'date':
    case 'timestamp': {
      const fitting = type === 'date' ? units.slice(0, 5) : units;
      options.push(
        castOf(type, [type === 'date' ? 'timestamp' : 'date', 'string']),
        fc.tuple(fc.constantFrom(...fitting), sub(type)).map(([unit, arg]) => call('date_trunc', constant(unit, 'string'), arg)),
        fc.tuple(fc.constantFrom(...fitting), fc.integer({ min: -30, max: 30 }), sub(type)).map(([unit, amount, arg]) => call('date_add', constant(unit, 'string'), constant(amount, 'integer'), arg)),
      );
      break;
    }
    case 'time':
      options.push(castOf('time', ['timestamp', 'string']));
  }
  return fc.oneof(...options);

  /** Texts are converted leniently: what DuckDB's parser of texts accepts beyond ISO is not part of the language's promise. */
  function castOf(to: TestType, from: readonly TestType[]): fc.Arbitrary<Expr> {
    return fc.constantFrom(...from).chain((each) => {
      const arg = each === 'string' ? fc.constantFrom<Expr>(...castableTexts[to].map((value) => constant(value, 'string'))) : sub(each);
      return fc.tuple(arg, each === 'string' ? fc.constant('null' as const) : fc.constantFrom('null' as const, 'fail' as const)).map(([expr, onError]): Expr => ({ op: 'cast', to, arg: expr, onError }));
    });
  }
}

const castableTexts: Readonly<Record<TestType, readonly string[]>> = {
  boolean: ['true', 'FALSE', 't', 'f', '1', '0', 'yes', 'no', 'maybe', ''],
  integer: ['12', '-7', '2.5', '-2.5', '1e3', ' 5 ', 'x', '', '9223372036854775808'],
  float: ['12', '-7.25', '1e-3', '.5', ' 5 ', 'x', '', 'inf', '-Infinity', 'nan'],
  string: [''],
  date: ['2024-02-29', '2023-02-29', 'x', ''],
  time: ['08:30:00', '25:00:00', 'x', ''],
  timestamp: ['2024-02-29 08:30:00', '2024-02-29', '2024-13-01 00:00:00', ''],
};
