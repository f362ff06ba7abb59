import type { ColumnType, Expr, Schema } from '../../types.ts';
import { datePartFunctions, isDayCount } from './dates.ts';

/** Functions that have the same meaning in ONNX, by what their arguments may be. */
const numeric = new Set(['add', 'subtract', 'multiply', 'divide', 'negate', 'abs', 'floor', 'ceil', 'exp', 'ln']);
const ordered = new Set(['less_than', 'less_than_or_equal', 'greater_than', 'greater_than_or_equal']);
const equality = new Set(['equals', 'not_equals', 'in', 'not_in', 'nullif']);
const general = new Set(['coalesce', 'is_null', 'is_not_null', 'and', 'or', 'not']);

export type ValueKind = 'number' | 'boolean' | 'text' | 'date' | 'null';

export type OnnxableAnswer =
  | { readonly ok: true; readonly kind: ValueKind }
  /** One sentence that completes "cannot become ONNX because …". */
  | { readonly ok: false; readonly reason: string };

const no = (reason: string): OnnxableAnswer => ({ ok: false, reason });

/** Kind of a column's values in ONNX; null for types that have none. */
export function kindOfType(type: ColumnType): ValueKind | null {
  switch (type) {
    case 'integer':
    case 'float':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'text';
    case 'date':
    case 'timestamp':
      return 'date';
    default:
      return null;
  }
}

/** True where the expression is the same row-wise function in ONNX (float64, "" for missing text) as in SQL; else why not. */
export function isOnnxable(expr: Expr, schema: Schema): OnnxableAnswer {
  switch (expr.op) {
    case 'col': {
      const column = schema.find((candidate) => candidate.name === expr.name);
      if (column === undefined) return no(`there is no column “${expr.name}”`);
      const kind = kindOfType(column.type);
      return kind === null ? no(`the column “${expr.name}” is of type ${column.type}`) : { ok: true, kind };
    }
    case 'lit': {
      if (expr.value === null) return { ok: true, kind: 'null' };
      const kind = kindOfType(expr.type);
      if (kind === null || kind === 'date') return no(`it holds a ${expr.type} constant`);
      return kind === 'text' && expr.value === '' ? no('the empty text cannot be told from a missing value') : { ok: true, kind };
    }
    case 'case': {
      const conditions = expr.branches.map((branch) => isOnnxable(branch.when, schema));
      const results = [...expr.branches.map((branch) => branch.then), ...(expr.else === undefined ? [] : [expr.else])];
      const kind = oneKind(results.map((result) => isOnnxable(result, schema)), 'the results of a case');
      return all(conditions) ?? (kind.ok && kind.kind === 'date' ? no('the results of a case are dates') : kind);
    }
    case 'cast': {
      const arg = isOnnxable(expr.arg, schema);
      if (!arg.ok) return arg;
      const to = kindOfType(expr.to);
      if (to === null || to === 'date') return no(`it converts to ${expr.to}`);
      if (arg.kind === 'null' || arg.kind === to) {
        return expr.to === 'integer' && arg.kind === 'number' ? no('it converts a number to an integer') : { ok: true, kind: to };
      }
      return arg.kind === 'boolean' && to === 'number' ? { ok: true, kind: 'number' } : no(`it converts ${arg.kind} to ${to}`);
    }
    case 'call':
      return callSupport(expr.fn, expr.args, schema);
  }
}

function callSupport(fn: string, args: readonly Expr[], schema: Schema): OnnxableAnswer {
  const [first, second] = args;
  if (fn === 'nullif' && first !== undefined && second?.op === 'lit' && second.value === '') {
    // Missing text is "" already.
    const inner = isOnnxable(first, schema);
    return inner.ok && inner.kind !== 'text' ? no('it compares something else with text') : inner;
  }
  if (datePartFunctions.has(fn) || (fn === 'date_diff' && isDayCount(args))) {
    const date = datePartFunctions.has(fn) ? first : args[2];
    const type = date?.op === 'col' ? schema.find((column) => column.name === date.name)?.type : undefined;
    const fits = type === 'timestamp' || (type === 'date' && fn !== 'hour');
    return fits ? { ok: true, kind: 'number' } : no(`${fn} is applied to something that is not a column of dates`);
  }
  if (fn === 'lookup' && first !== undefined) {
    const key = isOnnxable(first, schema);
    if (!key.ok || key.kind === 'text' || key.kind === 'number') return key.ok ? { ok: true, kind: 'number' } : key;
    return no('it looks up something that is neither text nor a number');
  }
  const answers = args.map((arg) => isOnnxable(arg, schema));
  const failed = all(answers);
  if (failed === null && fn === 'interpolate') {
    const [place] = answers;
    return place?.ok === true && place.kind === 'number' ? place : no('it interpolates something that is not a number');
  }
  if (failed !== null) return failed;
  if (numeric.has(fn) || ordered.has(fn)) {
    const bad = answers.find((answer) => answer.ok && answer.kind !== 'number' && answer.kind !== 'null');
    if (bad !== undefined) return no(`${fn} is applied to something that is not a number`);
    if (fn === 'divide' && !isNonZero(args[1])) return no('it divides by something that is not a constant other than zero');
    return { ok: true, kind: ordered.has(fn) ? 'boolean' : 'number' };
  }
  if (equality.has(fn) || fn === 'coalesce') {
    const same = oneKind(answers, `the arguments of ${fn}`);
    if (!same.ok) return same;
    if (same.kind === 'text' && fn !== 'coalesce' && args.slice(1).some((arg) => arg.op !== 'lit')) return no('it compares text with text that is not a constant');
    if (same.kind === 'date') return no('it compares dates');
    if (same.kind === 'boolean' && fn !== 'equals' && fn !== 'not_equals' && fn !== 'coalesce') return no(`${fn} is applied to true/false values`);
    return fn === 'nullif' || fn === 'coalesce' ? same : { ok: true, kind: 'boolean' };
  }
  if (fn === 'and' || fn === 'or' || fn === 'not') {
    const bad = answers.find((answer) => answer.ok && answer.kind !== 'boolean' && answer.kind !== 'null');
    return bad === undefined ? { ok: true, kind: 'boolean' } : no(`${fn} is applied to something that is not true/false`);
  }
  if (general.has(fn)) return { ok: true, kind: 'boolean' };
  return no(`the function ${fn} has no ONNX counterpart here`);
}

function isNonZero(expr: Expr | undefined): boolean {
  return expr?.op === 'lit' && typeof expr.value === 'number' && expr.value !== 0;
}

function all(answers: readonly OnnxableAnswer[]): OnnxableAnswer | null {
  return answers.find((answer) => !answer.ok) ?? null;
}

function oneKind(answers: readonly OnnxableAnswer[], what: string): OnnxableAnswer {
  const failed = all(answers);
  if (failed !== null) return failed;
  const kinds = new Set(answers.flatMap((answer) => (answer.ok && answer.kind !== 'null' ? [answer.kind] : [])));
  const [kind] = kinds;
  if (kinds.size > 1) return no(`${what} are of different types`);
  return { ok: true, kind: kind ?? 'null' };
}
