import { arityMessage, TypeMismatch, unified, type Argument, type FunctionSpec, type Resolution, type Value } from './spec.ts';
import { sameValue } from './order.ts';

function test(name: string, spelling: string, result: boolean): FunctionSpec {
  return {
    name,
    spelling,
    summary: `True where the value is ${result ? 'missing' : 'not missing'}; never null. The empty text is not missing.`,
    signature: `value ${spelling} → true/false`,
    example: `income ${spelling}`,
    category: 'missing values',
    kind: 'operator',
    nulls: 'own',
    resolve: (args) => {
      const [arg] = args;
      if (args.length !== 1 || arg === undefined) throw new TypeMismatch(arityMessage(spelling, [1], args.length));
      return { type: 'boolean', params: [arg.type] };
    },
    duckdb: ([a]) => `(${a} ${spelling})`,
    evaluate: ([a = null]) => (a === null) === result,
  };
}

const oneType = (name: string, least: number, most: number) => (args: readonly Argument[]): Resolution => {
  if (args.length < least || args.length > most) throw new TypeMismatch(arityMessage(name, [least], args.length));
  const type = unified(name, args);
  return { type, params: args.map(() => type) };
};

const firstPresent = (args: readonly Value[]): Value => args.find((arg) => arg !== null) ?? null;

export const missingFunctions: readonly FunctionSpec[] = [
  test('is_null', 'is null', true),
  test('is_not_null', 'is not null', false),
  {
    name: 'coalesce',
    summary: 'The first of the values that is not missing.',
    signature: 'coalesce(a, b, …) → type of the values',
    example: 'coalesce(phone, mobile)',
    category: 'missing values',
    kind: 'function',
    nulls: 'own',
    resolve: oneType('coalesce', 1, Infinity),
    duckdb: (args) => `coalesce(${args.join(', ')})`,
    evaluate: firstPresent,
  },
  {
    name: 'if_null',
    summary: 'The value, or the second argument where the value is missing.',
    signature: 'if_null(value, otherwise) → type of the values',
    example: 'if_null(income, 0)',
    category: 'missing values',
    kind: 'function',
    nulls: 'own',
    resolve: oneType('if_null', 2, 2),
    duckdb: (args) => `coalesce(${args.join(', ')})`,
    evaluate: firstPresent,
  },
  {
    name: 'nullif',
    summary: 'Missing where both values are equal, else the first.',
    signature: 'nullif(value, other) → type of the values',
    example: "nullif(city, '')",
    category: 'missing values',
    kind: 'function',
    nulls: 'own',
    resolve: oneType('nullif', 2, 2),
    duckdb: (args) => `nullif(${args.join(', ')})`,
    evaluate: ([a = null, b = null]) => (a !== null && b !== null && sameValue(a, b) ? null : a),
  },
];
