import { convert, ConversionFailure } from '../functions/conversion.ts';
import type { Value } from '../functions/spec.ts';
import type { TypedExpr } from '../typing.ts';
import type { ColumnType } from '../types.ts';

/** A row by column name. */
export type Row = ReadonlyMap<string, Value>;

/** Value of a typed expression for one row. @throws ArithmeticOverflow, ConversionFailure where the query would fail */
export function evaluate(expr: TypedExpr, row: Row): Value {
  switch (expr.op) {
    case 'col':
      return row.get(expr.name) ?? null;
    case 'lit':
      return valueOf(expr.value, expr.type);
    case 'call': {
      const args = expr.args.map((arg, i) => converted(arg, row, expr.params[i] ?? arg.type));
      if (expr.spec.nulls === 'propagate' && args.includes(null)) return null;
      return expr.spec.evaluate(args, expr.params);
    }
    case 'case': {
      const branch = expr.branches.find(({ when }) => evaluate(when, row) === true);
      const result = branch?.then ?? expr.else;
      return result === null ? null : converted(result, row, expr.type);
    }
    case 'cast': {
      if (expr.arg.isNull) return null;
      const value = evaluate(expr.arg, row);
      try {
        return convert(value, expr.arg.type, expr.type);
      } catch (error) {
        if (expr.onError === 'null' && error instanceof ConversionFailure) return null;
        throw error;
      }
    }
  }
}

function converted(expr: TypedExpr, row: Row, to: ColumnType): Value {
  return expr.isNull ? null : convert(evaluate(expr, row), expr.type, to);
}

/** A plain constant of the IR as a value. Integers beyond 2⁵³ may come as text. */
export function valueOf(value: null | boolean | number | string, type: ColumnType): Value {
  if (value === null) return null;
  if (type === 'integer') return BigInt(value);
  if (type === 'float') return Number(value);
  return typeof value === 'string' ? convert(value, type === 'date' || type === 'time' || type === 'timestamp' ? 'string' : type, type) : value;
}
