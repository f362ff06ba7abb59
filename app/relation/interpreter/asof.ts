import { asofTime } from '../asof-columns.ts';
import { convert } from '../functions/conversion.ts';
import { compareValues } from '../functions/order.ts';
import type { Value } from '../functions/spec.ts';
import { joinColumns, joinKeys } from '../join-columns.ts';
import { schemaOf } from '../schema.ts';
import type { ColumnType, Relation, Schema } from '../types.ts';
import { onLine, placeAt } from './distance.ts';
import type { Row } from './expression.ts';

export function asofRows(relation: Relation & { op: 'asof' }, left: readonly Row[], right: readonly Row[]): Row[] {
  const [leftSchema, rightSchema] = [schemaOf(relation.left), schemaOf(relation.right)];
  const keys = joinKeys(relation, leftSchema, rightSchema);
  const time = asofTime(relation, leftSchema, rightSchema);
  const columns = joinColumns(relation, leftSchema, rightSchema);
  const sign = relation.direction === 'backward' ? 1 : -1;
  return left.flatMap((a): Row[] => {
    const at = valueIn(a, leftSchema, time.left, time.type);
    const fits = right.filter((b) => {
      const there = valueIn(b, rightSchema, time.right, time.type);
      if (at === null || there === null || !keys.every((key) => same(valueIn(a, leftSchema, key.left, key.type), valueIn(b, rightSchema, key.right, key.type)))) return false;
      const order = sign * compareValues(at, there);
      return relation.strict ? order > 0 : order >= 0;
    });
    const nearest = [...fits].sort((x, y) => sign * compareValues(valueIn(y, rightSchema, time.right, time.type), valueIn(x, rightSchema, time.right, time.type)) || greater(x, y, rightSchema))[0];
    const there = nearest ? valueIn(nearest, rightSchema, time.right, time.type) : null;
    const match = nearest && at !== null && there !== null && isNear(at, there, time.type, relation) ? nearest : null;
    if (match === null && relation.kind === 'inner') return [];
    return [new Map(columns.map((column): [string, Value] => [column.name, column.left !== null ? (a.get(column.left) ?? null) : (match?.get(column.right ?? '') ?? null)]))];
  });
}

function isNear(at: Exclude<Value, null>, there: Exclude<Value, null>, type: ColumnType, { direction, tolerance }: Relation & { op: 'asof' }): boolean {
  if (tolerance === null) return true;
  const [later, earlier] = direction === 'backward' ? [at, there] : [there, at];
  const [high, low] = [onLine(later, type), onLine(earlier, type)];
  if (typeof high === 'number' && typeof low === 'number') return high - low <= tolerance;
  return high <= placeAt(low, tolerance, type);
}

const same = (a: Value, b: Value): boolean => a !== null && b !== null && compareValues(a, b) === 0;

function valueIn(row: Row, schema: Schema, name: string, type: ColumnType): Value {
  return convert(row.get(name) ?? null, schema.find((column) => column.name === name)?.type ?? 'string', type);
}

/** Order of rows of one time: greatest first, missing values last. */
function greater(a: Row, b: Row, schema: Schema): number {
  for (const { name } of schema) {
    const [x, y] = [a.get(name) ?? null, b.get(name) ?? null];
    if (x === null && y === null) continue;
    if (x === null || y === null) return x === null ? 1 : -1;
    const order = compareValues(y, x);
    if (order !== 0) return order;
  }
  return 0;
}
