import type { Place } from '#app/core/errors.ts';
import { canCast, commonType, isNumeric, typeTitles } from './column-types.ts';
import { RelationError } from './error.ts';
import { findFunction, functionRegistry } from './functions/registry.ts';
import { fits, TypeMismatch, type Argument, type FunctionSpec } from './functions/spec.ts';
import { didYouMean } from './near-miss.ts';
import type { ColumnType, Expr, Schema } from './types.ts';

/** An expression with its types worked out; what emitters and the interpreter walk. */
export type TypedExpr = TypedNode & { readonly type: ColumnType; /** A literal null, which fits every type. */ readonly isNull: boolean };

type TypedNode =
  | { readonly op: 'col'; readonly name: string }
  | { readonly op: 'lit'; readonly value: null | boolean | number | string }
  | { readonly op: 'call'; readonly spec: FunctionSpec; readonly args: readonly TypedExpr[]; /** The types the arguments are converted to. */ readonly params: readonly ColumnType[] }
  /** Results are converted to `type`. */
  | { readonly op: 'case'; readonly branches: readonly { readonly when: TypedExpr; readonly then: TypedExpr }[]; readonly else: TypedExpr | null }
  | { readonly op: 'cast'; readonly arg: TypedExpr; readonly onError: 'fail' | 'null' };

/** Type of an expression over a schema. @throws RelationError unknown-column, unknown-function, type-mismatch, cast-impossible */
export function typeOf(expr: Expr, schema: Schema): ColumnType {
  return typed(expr, schema).type;
}

/** @throws RelationError as typeOf. */
export function typed(expr: Expr, schema: Schema): TypedExpr {
  switch (expr.op) {
    case 'col':
      return { op: 'col', name: expr.name, type: columnType(expr, schema), isNull: false };
    case 'lit':
      return { op: 'lit', value: expr.value, type: literalType(expr), isNull: expr.value === null };
    case 'call':
      return typedCall(expr, schema);
    case 'case':
      return typedCase(expr, schema);
    case 'cast': {
      const arg = typed(expr.arg, schema);
      if (!arg.isNull && !canCast(arg.type, expr.to)) {
        throw new RelationError('cast-impossible', `${capital(typeTitles[arg.type])} cannot be converted to ${typeTitles[expr.to]}.`, { place: placeOf(expr) });
      }
      return { op: 'cast', arg, onError: expr.onError, type: expr.to, isNull: false };
    }
  }
}

function columnType(expr: Expr & { op: 'col' }, schema: Schema): ColumnType {
  const column = schema.find((candidate) => candidate.name === expr.name);
  if (column) return column.type;
  throw unknownColumn(expr.name, schema, placeOf(expr));
}

export function unknownColumn(name: string, schema: Schema, place: Place = {}): RelationError {
  const names = schema.map((column) => column.name);
  const guess = didYouMean(name, names);
  const listed = names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '');
  return new RelationError('unknown-column', `There is no column “${name}”.${guess}`, {
    ...(guess !== '' || names.length === 0 ? {} : { remedy: `The columns here are ${listed}.` }),
    place: { ...place, column: name },
  });
}

function literalType(expr: Expr & { op: 'lit' }): ColumnType {
  const { value, type } = expr;
  const shape = typeof value;
  const right =
    value === null ||
    (type === 'boolean' ? shape === 'boolean' : type === 'integer' ? Number.isSafeInteger(value) : type === 'float' ? shape === 'number' : shape === 'string' && (isText(type) || fits({ type: 'string', isNull: false, constant: value }, type)));
  if (!right) throw new RelationError('bad-literal', `The constant ${JSON.stringify(value)} is not ${typeTitles[type]}.`, { place: placeOf(expr) });
  return type;
}

const isText = (type: ColumnType): boolean => type === 'string' || type === 'binary';

function typedCall(expr: Expr & { op: 'call' }, schema: Schema): TypedExpr {
  const spec = functionRegistry.get(expr.fn) ?? findFunction(expr.fn);
  if (!spec) {
    const guess = didYouMean(expr.fn, functionRegistry.keys());
    throw new RelationError('unknown-function', `There is no function “${expr.fn}”.${guess}`, { place: placeOf(expr) });
  }
  const args = expr.args.map((arg) => typed(arg, schema));
  try {
    const { type, params } = spec.resolve(args.map(asArgument));
    return { op: 'call', spec, args, params, type, isNull: false };
  } catch (error) {
    if (!(error instanceof TypeMismatch)) throw error;
    const culprit = error.argument === undefined ? undefined : expr.args[error.argument];
    const place = { ...placeOf(expr), ...(culprit ? placeOf(culprit) : {}) };
    throw new RelationError('type-mismatch', error.message, { ...(error.remedy ? { remedy: error.remedy } : {}), place });
  }
}

function asArgument(arg: TypedExpr): Argument {
  return { type: arg.type, isNull: arg.isNull, ...(arg.op === 'lit' ? { constant: arg.value } : {}) };
}

function typedCase(expr: Expr & { op: 'case' }, schema: Schema): TypedExpr {
  if (expr.branches.length === 0) throw new RelationError('type-mismatch', 'A case needs at least one when.', { place: placeOf(expr) });
  const branches = expr.branches.map((branch) => {
    const when = typed(branch.when, schema);
    if (!when.isNull && when.type !== 'boolean') {
      throw new RelationError('type-mismatch', `What follows “when” must be true/false, but it is ${typeTitles[when.type]}.`, { place: placeOf(branch.when) });
    }
    return { when, then: typed(branch.then, schema) };
  });
  const otherwise = expr.else === undefined ? null : typed(expr.else, schema);
  const results = [...branches.map(({ then }) => then), ...(otherwise ? [otherwise] : [])];
  const sources = [...expr.branches.map(({ then }) => then), ...(expr.else ? [expr.else] : [])];
  let type: ColumnType | null = null;
  results.forEach((result, i) => {
    if (result.isNull) return;
    const next: ColumnType | null = type === null ? result.type : commonType(type, result.type);
    if (next === null) {
      throw new RelationError('type-mismatch', `A case cannot give ${typeTitles[type ?? 'string']} in one branch and ${typeTitles[result.type]} in another.`, {
        remedy: 'Convert one of them with cast(… as …).',
        place: placeOf(sources[i] ?? expr),
      });
    }
    type = next;
  });
  return { op: 'case', branches, else: otherwise, type: type ?? results[0]?.type ?? 'string', isNull: false };
}

/** Throws unless the expression is true/false. @throws RelationError */
export function typedPredicate(expr: Expr, schema: Schema): TypedExpr {
  const predicate = typed(expr, schema);
  if (predicate.isNull || predicate.type === 'boolean') return predicate;
  const remedy = isNumeric(predicate.type) ? 'Compare it with something, for example with > 0.' : 'Compare it with something, for example with = or is not null.';
  throw new RelationError('type-mismatch', `A filter needs a condition that is true or false, but this is ${typeTitles[predicate.type]}.`, { remedy, place: placeOf(expr) });
}

export function placeOf(expr: Expr): Place {
  return {
    ...(expr.span ? { span: { start: expr.span.start, end: expr.span.end } } : {}),
    ...(expr.op === 'col' ? { column: expr.name } : {}),
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
