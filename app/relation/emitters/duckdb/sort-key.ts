import type { Expr, Schema, SortKey } from '../../types.ts';
import { exprToDuckDb } from './expression.ts';

/** One key of ORDER BY. */
export function sortKey(key: SortKey, schema: Schema): string {
  return directed(orderable(key.expr, schema), key);
}

/** The same over SQL that is already there. */
export const directed = (sql: string, { descending, nulls }: Pick<SortKey, 'descending' | 'nulls'>): string => `${sql} ${descending ? 'desc' : 'asc'} nulls ${nulls}`;

/** A constant in ORDER BY would be read as a column number. */
const orderable = (expr: Expr, schema: Schema): string => (expr.op === 'lit' ? `(${exprToDuckDb(expr, schema)} is null)` : exprToDuckDb(expr, schema));
