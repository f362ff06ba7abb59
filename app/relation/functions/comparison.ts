import { arityMessage, TypeMismatch, unified, type Argument, type FunctionSpec, type Resolution, type Value } from './spec.ts';
import { compareValues, sameValue } from './order.ts';

function comparable(spelling: string, arity: (count: number) => boolean, wanted: number[]) {
  return (args: readonly Argument[]): Resolution => {
    if (!arity(args.length)) throw new TypeMismatch(arityMessage(spelling, wanted, args.length));
    const type = unified(spelling, args);
    return { type: 'boolean', params: args.map(() => type) };
  };
}

function operator(name: string, spelling: string, sql: string, words: string, holds: (order: number) => boolean): FunctionSpec {
  return {
    name,
    spelling,
    summary: `True where the left side is ${words} the right side. Text is compared letter by letter (by Unicode code point), capitals before small letters.`,
    signature: `a ${spelling} b → true/false`,
    example: `income ${spelling} 30000`,
    category: 'comparison',
    kind: 'operator',
    nulls: 'propagate',
    resolve: comparable(spelling, (count) => count === 2, [2]),
    duckdb: ([a, b]) => `(${a} ${sql} ${b})`,
    evaluate: ([a, b]) => holds(compareValues(a ?? null, b ?? null)),
  };
}

function membership(name: string, spelling: string, result: boolean): FunctionSpec {
  return {
    name,
    spelling,
    summary: `True where the value is ${result ? 'one' : 'none'} of the listed ones; unknown (null) where the value is missing, or the list holds null and ${result ? 'nothing' : 'no other value'} matches.`,
    signature: `value ${spelling} (a, b, …) → true/false`,
    example: `city ${spelling} ('Oslo', 'Bergen')`,
    category: 'comparison',
    kind: 'operator',
    nulls: 'own',
    resolve: comparable(spelling, (count) => count >= 2, [2]),
    duckdb: ([value, ...list]) => `(${value} ${result ? 'in' : 'not in'} (${list.join(', ')}))`,
    evaluate: ([value = null, ...list]) => {
      if (value === null) return null;
      if (list.some((item) => item !== null && sameValue(value, item))) return result;
      return list.includes(null) ? null : !result;
    },
  };
}

function distinctness(name: string, spelling: string, result: boolean): FunctionSpec {
  const same = (a: Value, b: Value): boolean => (a === null || b === null ? a === b : sameValue(a, b));
  return {
    name,
    spelling,
    summary: `Whether two values ${result ? 'differ' : 'are the same'}, where missing is the same as missing; never null.`,
    signature: `a ${spelling} b → true/false`,
    example: `old_price ${spelling} new_price`,
    category: 'comparison',
    kind: 'operator',
    nulls: 'own',
    resolve: comparable(spelling, (count) => count === 2, [2]),
    duckdb: ([a, b]) => `(${a} ${spelling} ${b})`,
    evaluate: ([a = null, b = null]) => same(a, b) !== result,
  };
}

export const comparisonFunctions: readonly FunctionSpec[] = [
  operator('equals', '=', '=', 'equal to', (order) => order === 0),
  operator('not_equals', '<>', '<>', 'different from', (order) => order !== 0),
  operator('less_than', '<', '<', 'less than', (order) => order < 0),
  operator('less_than_or_equal', '<=', '<=', 'at most', (order) => order <= 0),
  operator('greater_than', '>', '>', 'greater than', (order) => order > 0),
  operator('greater_than_or_equal', '>=', '>=', 'at least', (order) => order >= 0),
  membership('in', 'in', true),
  membership('not_in', 'not in', false),
  distinctness('is_distinct_from', 'is distinct from', true),
  distinctness('is_not_distinct_from', 'is not distinct from', false),
  {
    name: 'between',
    spelling: 'between',
    summary: 'True where the value is from low to high, both included.',
    signature: 'value between low and high → true/false',
    example: 'age between 18 and 65',
    category: 'comparison',
    kind: 'operator',
    // `5 between null and 1` is false, not null: the comparison with 1 already decides.
    nulls: 'own',
    resolve: comparable('between', (count) => count === 3, [3]),
    duckdb: ([value, low, high]) => `(${value} between ${low} and ${high})`,
    evaluate: ([value = null, low = null, high = null]) => {
      const above = value === null || low === null ? null : compareValues(value, low) >= 0;
      const below = value === null || high === null ? null : compareValues(value, high) <= 0;
      return above === false || below === false ? false : above === null || below === null ? null : true;
    },
  },
];
