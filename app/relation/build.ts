import type { ColumnType, Expr, NamedExpr, Relation, Schema, SortKey } from './types.ts';

/** Short constructors for expressions and relations; they only build plain values. */

export const col = (name: string): Expr => ({ op: 'col', name });

export function lit(value: null | boolean | number | string, type?: ColumnType): Expr {
  return { op: 'lit', value, type: type ?? literalType(value) };
}

function literalType(value: null | boolean | number | string): ColumnType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'float';
  return 'string';
}

export const call = (fn: string, ...args: Expr[]): Expr => ({ op: 'call', fn, args });

export const cast = (arg: Expr, to: ColumnType, onError: 'fail' | 'null' = 'fail'): Expr => ({ op: 'cast', to, arg, onError });

export const when = (branches: readonly { when: Expr; then: Expr }[], otherwise?: Expr): Expr => ({
  op: 'case',
  branches,
  ...(otherwise === undefined ? {} : { else: otherwise }),
});

export const named = (name: string, expr: Expr): NamedExpr => ({ name, expr });

export const asc = (expr: Expr): SortKey => ({ expr, descending: false, nulls: 'last' });

export const project = (input: Relation, columns: readonly NamedExpr[]): Relation => ({ op: 'project', input, columns });

export const filter = (input: Relation, predicate: Expr): Relation => ({ op: 'filter', input, predicate });

export const limit = (input: Relation, count: number, offset = 0): Relation => ({ op: 'limit', input, count, offset });

export function scanParquet(
  paths: readonly string[],
  schema: Schema,
  label: string,
  origin?: { nodeId: string; port: string },
): Relation {
  return { op: 'scan', source: { kind: 'parquet', paths }, schema, label, ...(origin ? { origin } : {}) };
}
