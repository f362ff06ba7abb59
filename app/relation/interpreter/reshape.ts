import { convert, ConversionFailure } from '../functions/conversion.ts';
import type { Value } from '../functions/spec.ts';
import { explodeColumns, unpivotColumns } from '../reshape-columns.ts';
import { schemaOf } from '../schema.ts';
import type { ColumnType, Relation } from '../types.ts';
import type { Row } from './expression.ts';
import { jsonList } from './json-list.ts';

export function unpivotRows(relation: Relation & { op: 'unpivot' }, rows: readonly Row[]): Row[] {
  const { kept, values, type } = unpivotColumns(relation, schemaOf(relation.input));
  return rows.flatMap((row) =>
    values.flatMap((column): Row[] => {
      const value = row.get(column.name) ?? null;
      if (value === null && relation.dropMissing) return [];
      return [new Map<string, Value>([...kept.map(({ name }): [string, Value] => [name, row.get(name) ?? null]), [relation.nameColumn, column.name], [relation.valueColumn, convert(value, column.type, type)]])];
    }),
  );
}

export function explodeRows(relation: Relation & { op: 'explode' }, rows: readonly Row[]): Row[] {
  const columns = explodeColumns(relation, schemaOf(relation.input));
  return rows.flatMap((row) => {
    const parts = listOf(row.get(relation.column) ?? null, relation.delimiter);
    const elements: { value: string | null; place: bigint | null }[] = parts.map((value, i) => ({ value, place: BigInt(i + 1) }));
    if (elements.length === 0 && relation.keepEmpty) elements.push({ value: null, place: null });
    return elements.map(({ value, place }): Row =>
      new Map(columns.map(({ name }): [string, Value] => [name, name === relation.as ? elementOf(value, relation.elementType) : name === relation.position ? place : (row.get(name) ?? null)])),
    );
  });
}

function listOf(value: Value, delimiter: string | null): (string | null)[] {
  if (typeof value !== 'string' || value === '') return [];
  return delimiter === null ? (jsonList(value) ?? []) : value.split(delimiter);
}

function elementOf(value: string | null, type: ColumnType): Value {
  try {
    return convert(value, 'string', type);
  } catch (error) {
    if (error instanceof ConversionFailure) return null;
    throw error;
  }
}
