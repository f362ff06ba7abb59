import type { ColumnType } from '../types.ts';
import { TypeMismatch, type Argument, type FunctionSpec } from './spec.ts';

const NAME = 'lookup';

/** Whole numbers at and beyond this are not all told apart by a float64. */
const LARGEST_WHOLE = 2 ** 53;

/** One key and one number a pair of arguments after the value. @throws TypeMismatch */
function checkPairs(args: readonly Argument[], type: 'string' | 'integer' | 'float'): void {
  if (args.length < 3 || args.length % 2 === 0) throw new TypeMismatch(`${NAME} needs the value and then pairs of a key and a number, but is given ${args.length} arguments.`);
  const seen = new Set<string>();
  for (let at = 1; at < args.length; at += 2) {
    const key = args[at]?.constant;
    const fitting = type === 'string' ? typeof key === 'string' : typeof key === 'number' && Number.isInteger(key);
    if (!fitting) throw new TypeMismatch(`${NAME} needs a fixed ${type === 'string' ? 'text' : 'whole number'} as each key, because the value is ${type === 'string' ? 'text' : 'a number'}.`, at);
    if (String(key).includes('\0')) throw new TypeMismatch(`${NAME} cannot look up a text that holds the character U+0000.`, at);
    if (seen.has(String(key))) throw new TypeMismatch(`${NAME} is given the key ${JSON.stringify(key)} twice.`, at);
    seen.add(String(key));
    if (typeof args[at + 1]?.constant !== 'number') throw new TypeMismatch(`${NAME} needs a fixed number after each key.`, at + 1);
  }
}

/** The value as the text that its key is; null where it cannot be a key. */
function keyText(value: string, type: ColumnType | undefined): string {
  if (type === 'string') return value;
  if (type === 'integer') return `(${value})::varchar`;
  return `(case when ${value} = floor(${value}) and abs(${value}) < ${LARGEST_WHOLE}e0 then (${value})::bigint::varchar end)`;
}

export const lookupFunctions: readonly FunctionSpec[] = [
  {
    name: NAME,
    summary: 'The number that stands for a value in a fixed list; missing for a value that is not in it.',
    signature: 'lookup(value, key, number, key, number, …) → number',
    example: "lookup(size, 'small', 1, 'medium', 2, 'large', 3)",
    category: 'conversion',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      const type = args[0]?.type;
      if (type !== 'string' && type !== 'integer' && type !== 'float') throw new TypeMismatch(`${NAME} looks up text or a number, but is given something else.`, 0, 'Convert it with cast(… as text) or cast(… as integer).');
      checkPairs(args, type);
      const key = type === 'string' ? 'string' : 'integer';
      return { type: 'float', params: args.map((_arg, at) => (at === 0 ? type : at % 2 === 1 ? key : 'float')) };
    },
    // The cast to an enum finds the place of a key by hashing: 10,000 keys cost what ten do, where a CASE compares one after another.
    duckdb: ([value = '', ...pairs], [type], [, ...constants]) => {
      const keys = pairs.flatMap((key, at) => (at % 2 === 1 ? [] : type === 'string' ? key : `'${String(constants[at])}'`));
      const numbers = pairs.filter((_number, at) => at % 2 === 1);
      return `([${numbers.join(', ')}][enum_code(try_cast(${keyText(value, type)} as enum(${keys.join(', ')})))::bigint + 1])`;
    },
    evaluate: ([value, ...pairs]) => {
      // Text never equals a number here, because keys are of the value's kind; 3.0 equals 3, and -0 equals 0.
      const text = typeof value === 'number' ? String(value + 0) : String(value);
      const at = pairs.findIndex((key, index) => index % 2 === 0 && String(key) === text);
      return at < 0 ? null : Number(pairs[at + 1]);
    },
  },
];
