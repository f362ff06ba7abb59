import { typed, type TypedExpr } from '../../typing.ts';
import type { ColumnType, Expr, Schema } from '../../types.ts';
import { floatTextSql } from '../../functions/conversion.ts';
import { duckdbTypes, literalSql, quoteName } from './literal.ts';

/** DuckDB SQL of a row-wise expression, of exactly the type that `typeOf` gives. @throws RelationError as typeOf. */
export function exprToDuckDb(expr: Expr, schema: Schema): string {
  return typedToDuckDb(typed(expr, schema), quoteName);
}

/** `column` gives the SQL of a column by name. */
export function typedToDuckDb(expr: TypedExpr, column: (name: string) => string): string {
  switch (expr.op) {
    case 'col':
      return column(expr.name);
    case 'lit':
      return literalSql(expr.value, expr.type);
    case 'call': {
      const args = expr.args.map((arg, i) => convertedSql(arg, expr.params[i] ?? arg.type, column));
      const constants = expr.args.map((arg) => (arg.op === 'lit' ? arg.value : undefined));
      return expr.spec.duckdb(args, expr.params, constants);
    }
    case 'case': {
      const branches = expr.branches.map(({ when, then }) => `when ${convertedSql(when, 'boolean', column)} then ${convertedSql(then, expr.type, column)}`);
      const otherwise = expr.else === null ? '' : ` else ${convertedSql(expr.else, expr.type, column)}`;
      return `(case ${branches.join(' ')}${otherwise} end)`;
    }
    case 'cast':
      return castSql(expr.arg, expr.type, expr.onError, column);
  }
}

/** The expression, converted to a type that it fits (see `fits`). */
export function convertedSql(expr: TypedExpr, to: ColumnType, column: (name: string) => string): string {
  if (expr.isNull) return literalSql(null, to);
  if (expr.type === to) return typedToDuckDb(expr, column);
  if (expr.op === 'lit' && expr.type === 'integer' && to === 'float') return literalSql(expr.value, 'float');
  return castSql(expr, to, 'fail', column);
}

function castSql(arg: TypedExpr, to: ColumnType, onError: 'fail' | 'null', column: (name: string) => string): string {
  if (arg.isNull) return literalSql(null, to);
  const inner = typedToDuckDb(arg, column);
  if (arg.type === to) return inner;
  if (to === 'binary') return `encode(${inner})`;
  if (arg.type === 'binary') return onError === 'null' ? `try(decode(${inner}))` : `decode(${inner})`;
  if (arg.type === 'float' && to === 'string') return floatTextSql(inner);
  return `${onError === 'null' ? 'try_cast' : 'cast'}(${inner} as ${duckdbTypes[to]})`;
}
