import type { ColumnType, Expr } from '../../types.ts';

/**
 * Expressions that depend on one text column only, through equality with constants and missingness, take few different values:
 * one for each constant, one for missing, one for every other text. They are tabulated instead of being emitted.
 */
export interface Lookup {
  readonly column: string;
  /** Texts that make a difference; "" (missing) is the first. */
  readonly keys: readonly string[];
  /** One row a key and a last one for all other texts; one number an expression; NaN is null. */
  readonly table: readonly (readonly number[])[];
}

type Value = null | boolean | number | string;

/** A value no constant equals. */
const otherText: unique symbol = Symbol('other');
type Scrutinee = string | null | typeof otherText;

/** The text column an expression depends on, where it depends on nothing else and in a tabulable way; else null. */
export function lookupColumn(expr: Expr, typeOf: (column: string) => ColumnType | undefined): string | null {
  const columns = new Set<string>();
  if (!scan(expr, columns)) return null;
  const [column] = columns;
  return columns.size === 1 && column !== undefined && typeOf(column) === 'string' ? column : null;
}

const tabulable = new Set(['lookup', 'equals', 'not_equals', 'in', 'not_in', 'is_null', 'is_not_null', 'coalesce', 'nullif', 'and', 'or', 'not']);
const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => (b === 0 ? Number.NaN : a / b),
};

function scan(expr: Expr, columns: Set<string>): boolean {
  switch (expr.op) {
    case 'col':
      columns.add(expr.name);
      return true;
    case 'lit':
      return expr.value === null || ['boolean', 'integer', 'float', 'string'].includes(expr.type);
    case 'cast':
      return (expr.to === 'float' || expr.to === 'string') && scan(expr.arg, columns) && !(expr.to === 'float' && mayBeText(expr.arg));
    case 'case':
      return expr.branches.every((b) => scan(b.when, columns) && scan(b.then, columns)) && (expr.else === undefined || scan(expr.else, columns));
    case 'call':
      return (tabulable.has(expr.fn) || expr.fn in arithmetic) && expr.args.every((arg) => scan(arg, columns));
  }
}

function mayBeText(expr: Expr): boolean {
  return expr.op === 'col' || (expr.op === 'lit' && typeof expr.value === 'string') || (expr.op === 'call' && (expr.fn === 'coalesce' || expr.fn === 'nullif'));
}

/** Tabulates expressions for which `lookupColumn` gave this column. */
export function tabulate(column: string, exprs: readonly Expr[]): Lookup {
  const keys = new Set<string>(['']);
  for (const expr of exprs) collectTexts(expr, keys);
  const points: readonly Scrutinee[] = [...[...keys].map((key) => (key === '' ? null : key)), otherText];
  const table = points.map((point) => exprs.map((expr) => asNumber(evaluate(expr, point))));
  return { column, keys: [...keys], table };
}

function asNumber(value: Value | typeof otherText): number {
  if (typeof value === 'number') return value;
  return typeof value === 'boolean' ? Number(value) : Number.NaN;
}

function collectTexts(expr: Expr, into: Set<string>): void {
  switch (expr.op) {
    case 'lit':
      if (typeof expr.value === 'string') into.add(expr.value);
      return;
    case 'cast':
      return collectTexts(expr.arg, into);
    case 'case':
      for (const branch of expr.branches) {
        collectTexts(branch.when, into);
        collectTexts(branch.then, into);
      }
      if (expr.else !== undefined) collectTexts(expr.else, into);
      return;
    case 'call':
      for (const arg of expr.args) collectTexts(arg, into);
      return;
    case 'col':
  }
}

/** SQL's three-valued meaning at one point. */
function evaluate(expr: Expr, point: Scrutinee): Value | typeof otherText {
  switch (expr.op) {
    case 'col':
      return point;
    case 'lit':
      return expr.value;
    case 'cast': {
      const value = evaluate(expr.arg, point);
      return expr.to === 'float' && typeof value === 'boolean' ? Number(value) : value;
    }
    case 'case': {
      const branch = expr.branches.find((candidate) => evaluate(candidate.when, point) === true);
      if (branch !== undefined) return evaluate(branch.then, point);
      return expr.else === undefined ? null : evaluate(expr.else, point);
    }
    case 'call':
      return evaluateCall(expr.fn, expr.args, point);
  }
}

function evaluateCall(fn: string, args: readonly Expr[], point: Scrutinee): Value | typeof otherText {
  if (fn === 'lookup') {
    const [key] = args;
    const value = key === undefined ? null : evaluate(key, point);
    // Adding 0 makes a negative zero plain.
    const text = typeof value === 'number' ? String(value + 0) : value;
    return typeof text === 'string' ? (numbersByKey(args).get(text) ?? null) : null;
  }
  const values = args.map((arg) => evaluate(arg, point));
  const [first, second] = values;
  const operator = arithmetic[fn];
  if (operator !== undefined) return typeof first === 'number' && typeof second === 'number' ? operator(first, second) : null;
  switch (fn) {
    case 'equals':
    case 'in':
      return isIn(values);
    case 'not_equals':
    case 'not_in': {
      const found = isIn(values);
      return found === null ? null : !found;
    }
    case 'is_null':
      return first === null;
    case 'is_not_null':
      return first !== null;
    case 'coalesce':
      return values.find((value) => value !== null) ?? null;
    case 'nullif':
      return first === second ? null : (first ?? null);
    case 'and':
      return values.includes(false) ? false : values.includes(null) ? null : true;
    case 'or':
      return values.includes(true) ? true : values.includes(null) ? null : false;
    default:
      return first === null || first === undefined ? null : first === false;
  }
}

const knownPairs = new WeakMap<object, ReadonlyMap<string, number>>();

/** The keys and numbers of a `lookup` call by its arguments; kept, because it is asked once for each of its keys. */
export function numbersByKey(args: readonly Expr[]): ReadonlyMap<string, number> {
  const known = knownPairs.get(args);
  if (known !== undefined) return known;
  const numbers = new Map<string, number>();
  for (let at = 1; at + 1 < args.length; at += 2) {
    const [key, number] = [args[at], args[at + 1]];
    if (key?.op === 'lit' && number?.op === 'lit') numbers.set(String(key.value), Number(number.value));
  }
  knownPairs.set(args, numbers);
  return numbers;
}

function isIn(values: readonly (Value | typeof otherText)[]): boolean | null {
  const [needle, ...list] = values;
  if (needle === null || needle === undefined) return null;
  if (list.includes(needle)) return true;
  return list.includes(null) ? null : false;
}
