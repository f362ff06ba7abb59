import { compareValues } from '../functions/order.ts';
import type { Value } from '../functions/spec.ts';
import { pivotColumns, type PivotValue } from '../pivot-columns.ts';
import { schemaOf } from '../schema.ts';
import { typed } from '../typing.ts';
import type { ColumnType, Relation } from '../types.ts';
import { aggregateValue } from './aggregate.ts';
import { evaluate, valueOf, type Row } from './expression.ts';
import { grouped } from './interpret.ts';

export function pivotRows(relation: Relation & { op: 'pivot' }, rows: readonly Row[]): Row[] {
  const schema = schemaOf(relation.input);
  const { keys, column, cells } = pivotColumns(relation, schema);
  const groups = keys.length === 0 ? [{ key: [], rows }] : grouped(rows, (row) => keys.map(({ name }) => row.get(name) ?? null));
  return groups.map((group): Row => {
    const values = cells.map((cell): [string, Value] => {
      const wanted = constantOf(relation.values[cell.value]?.value ?? null, column.type);
      const having = group.rows.filter((row) => isSame(row.get(column.name) ?? null, wanted));
      const measure = relation.measures[cell.measure];
      if (!measure) return [cell.name, null];
      const arg = measure.arg ? typed(measure.arg, schema) : null;
      return [cell.name, aggregateValue(measure.fn, arg ? having.map((row) => evaluate(arg, row)) : null, having.length, arg?.type ?? 'integer', measure.fraction)];
    });
    return new Map([...keys.map(({ name }, i): [string, Value] => [name, group.key[i] ?? null]), ...values]);
  });
}

const constantOf = (value: PivotValue, type: ColumnType): Value => valueOf(type === 'float' && typeof value === 'string' ? Number(value.replace(/inf$/i, 'Infinity')) : value, type);

const isSame = (a: Value, b: Value): boolean => (a === null || b === null ? a === b : compareValues(a, b) === 0);
