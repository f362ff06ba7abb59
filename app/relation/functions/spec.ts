import { commonType, typeTitles } from '../column-types.ts';
import type { ColumnType } from '../types.ts';
import { isIsoText } from './iso-text.ts';

/**
 * A value in the interpreter: integer as bigint, float as number, date, time and timestamp as ISO text
 * (`2024-05-31`, `08:00:00`, `2024-05-31 08:00:00`), binary as lower-case hex.
 */
export type Value = null | boolean | bigint | number | string;

/** What a function's type rule sees of an argument. */
export interface Argument {
  readonly type: ColumnType;
  /** A literal null fits every type. */
  readonly isNull: boolean;
  /** Present when the argument is a literal. */
  readonly constant?: null | boolean | number | string;
}

/** Arguments are converted to `params` before the function sees them. */
export interface Resolution {
  readonly type: ColumnType;
  readonly params: readonly ColumnType[];
}

export const functionCategories = ['comparison', 'logic', 'missing values', 'arithmetic', 'math', 'text', 'pattern', 'date and time', 'JSON', 'conversion', 'sampling'] as const;
export type FunctionCategory = (typeof functionCategories)[number];

export interface FunctionSpec {
  /** Name in the IR, and for `kind: 'function'` also what the user types. */
  readonly name: string;
  /** What the user types for an operator: `+`, `is null`. */
  readonly spelling?: string;
  readonly summary: string;
  /** For help: `substring(text, start, length?) → text`. */
  readonly signature: string;
  readonly example: string;
  readonly category: FunctionCategory;
  readonly kind: 'operator' | 'function';
  /** `propagate`: null when any argument is null. `own`: the summary says. */
  readonly nulls: 'propagate' | 'own';
  /** @throws TypeMismatch */
  resolve(args: readonly Argument[]): Resolution;
  /** DuckDB SQL; `args` are complete operands, already of type `types`. */
  duckdb(args: readonly string[], types: readonly ColumnType[], constants: readonly (Argument['constant'])[]): string;
  /** One row's value. With `nulls: 'propagate'` no argument is null. */
  evaluate(args: readonly Value[], types: readonly ColumnType[]): Value;
}

/** Thrown by type rules; the expression typer adds the place. */
export class TypeMismatch extends Error {
  readonly argument: number | undefined;
  readonly remedy: string | undefined;
  constructor(message: string, argument?: number, remedy?: string) {
    super(message);
    this.argument = argument;
    this.remedy = remedy;
  }
}

/** Whether an argument can stand where `to` is expected: same type, null, integer for float, date for timestamp, ISO text for a date. */
export function fits(argument: Argument, to: ColumnType): boolean {
  if (argument.isNull || argument.type === to) return true;
  if (argument.type === 'integer' && to === 'float') return true;
  if (argument.type === 'date' && to === 'timestamp') return true;
  return argument.type === 'string' && typeof argument.constant === 'string' && isIsoText(argument.constant, to);
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];
export const ordinal = (index: number): string => ordinals[index] ?? `${index + 1}th`;

export type Overload = readonly [params: readonly ColumnType[], result: ColumnType];

/** Type rule from a table of signatures: an exact match wins, else the first that every argument fits. */
export function overloads(name: string, table: readonly Overload[]): FunctionSpec['resolve'] {
  return (args) => {
    const sameLength = table.filter(([params]) => params.length === args.length);
    if (sameLength.length === 0) throw new TypeMismatch(arityMessage(name, table.map(([params]) => params.length), args.length));
    const exact = sameLength.find(([params]) => params.every((param, i) => args[i]?.type === param && !args[i]?.isNull));
    const found = exact ?? sameLength.find(([params]) => params.every((param, i) => args[i] !== undefined && fits(args[i], param)));
    if (found) return { type: found[1], params: found[0] };
    const wrong = Math.max(0, args.findIndex((arg, i) => !sameLength.some(([params]) => params[i] !== undefined && fits(arg, params[i]))));
    const expected = [...new Set(sameLength.map(([params]) => params[wrong]))].filter((type) => type !== undefined);
    throw argumentMismatch(name, wrong, expected, args);
  };
}

export function argumentMismatch(name: string, index: number, expected: readonly ColumnType[], args: readonly Argument[]): TypeMismatch {
  const actual = args[index];
  const wants = expected.map((type) => typeTitles[type]).join(' or ');
  const given = `but it is given ${actual ? typeTitles[actual.type] : 'nothing'}.`;
  if (args.length === 1) return new TypeMismatch(`${subject(name)} needs ${wants}, ${given}`, index, castRemedy(expected));
  const needs = isSign(name) && args.length === 2 ? `${wants} ${index === 0 ? 'on its left' : 'on its right'}` : `as its ${ordinal(index)} argument ${wants}`;
  return new TypeMismatch(`${subject(name)} needs ${needs}, ${given}`, index, castRemedy(expected));
}

/** A sign or a word between its arguments, not a function's name before them. */
const isSign = (name: string): boolean => !/^\w/.test(name) || ['and', 'or', 'not', 'in', 'between', 'like', 'ilike'].includes(name) || /^(not|is) /.test(name);

/** How a sentence about a function begins: the name alone would be lost there where it is a sign. */
const subject = (name: string): string => (isSign(name) ? `The operator “${name}”` : name);

const castRemedy = (expected: readonly ColumnType[]): string | undefined =>
  expected[0] === undefined ? undefined : `Convert it with cast(… as ${sqlTypeWords[expected[0]]}).`;

/** How a type is written in a cast by the user. */
export const sqlTypeWords: Readonly<Record<ColumnType, string>> = {
  boolean: 'boolean',
  integer: 'integer',
  float: 'double',
  string: 'text',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  binary: 'blob',
};

export function arityMessage(name: string, lengths: readonly number[], given: number): string {
  const counts = [...new Set(lengths)].sort((a, b) => a - b);
  const wants = counts.length === 1 ? `${counts[0]} argument${counts[0] === 1 ? '' : 's'}` : `${counts.slice(0, -1).join(', ')} or ${counts.at(-1)} arguments`;
  return `${subject(name)} takes ${wants}, but ${given === 1 ? '1 is' : `${given} are`} given.`;
}

/** The one type that all arguments can take; literals and nulls give way. @throws TypeMismatch */
export function unified(name: string, args: readonly Argument[]): ColumnType {
  let type: ColumnType | null = null;
  for (const arg of args) {
    if (arg.isNull || (arg.type === 'string' && arg.constant !== undefined)) continue;
    const next: ColumnType | null = type === null ? arg.type : commonType(type, arg.type);
    if (type !== null && next === null) throw new TypeMismatch(`${subject(name)} cannot mix ${typeTitles[type]} and ${typeTitles[arg.type]}.`, args.indexOf(arg), castRemedy([type]));
    type = next;
  }
  const result = type ?? args.find((arg) => !arg.isNull)?.type ?? args[0]?.type ?? 'string';
  const misfit = args.findIndex((arg) => !fits(arg, result));
  if (misfit >= 0) {
    const arg = args[misfit];
    if (arg && isTemporal(result) && arg.type === 'string') {
      throw new TypeMismatch(`“${String(arg.constant)}” is not ${typeTitles[result]}.`, misfit, `Write it as ${isoExamples[result]}.`);
    }
    throw new TypeMismatch(`${subject(name)} cannot mix ${typeTitles[result]} and ${arg ? typeTitles[arg.type] : 'nothing'}.`, misfit, castRemedy([result]));
  }
  return result;
}

type Temporal = 'date' | 'time' | 'timestamp';
const isTemporal = (type: ColumnType): type is Temporal => type === 'date' || type === 'time' || type === 'timestamp';
const isoExamples: Readonly<Record<Temporal, string>> = { date: "'2024-05-31'", time: "'08:30:00'", timestamp: "'2024-05-31 08:30:00'" };
