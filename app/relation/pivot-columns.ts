import { isNumeric, typeTitles } from './column-types.ts';
import { RelationError } from './error.ts';
import { measureType } from './measures.ts';
import { typeOf, unknownColumn } from './typing.ts';
import type { Column, Measure, Relation, Schema } from './types.ts';

type Pivot = Relation & { op: 'pivot' };
export type PivotValue = Pivot['values'][number]['value'];

/** A column that a pivot adds: the measure over the rows that have one of its values. */
export interface PivotCell extends Column {
  /** Index in `values` and in `measures` of the pivot. */
  readonly value: number;
  readonly measure: number;
}

/** Measures of no rows are missing, except those that count: they are 0. */
export const countsRows = (measure: Measure): boolean => measure.fn === 'count' || measure.fn === 'count_distinct';

/** Output columns of a pivot: its keys, then value by value its measures. @throws RelationError unknown-column, pivot-keys, pivot-measures, pivot-values, bad-literal */
export function pivotColumns(pivot: Pivot, input: Schema): { readonly keys: readonly Column[]; readonly column: Column; readonly cells: readonly PivotCell[] } {
  const find = (name: string): Column => {
    const found = input.find((column) => column.name === name);
    if (!found) throw unknownColumn(name, input);
    return found;
  };
  const keys = pivot.keys.map(find);
  const column = find(pivot.column);
  if (pivot.keys.includes(column.name)) {
    throw new RelationError('pivot-keys', `The column “${column.name}” gives the new columns, so it cannot also tell the rows apart.`, { remedy: 'Remove it from the rows, or pivot another column.', place: { column: column.name } });
  }
  if (pivot.measures.length === 0) throw new RelationError('pivot-measures', 'There is nothing to fill the new columns with.', { remedy: 'Choose a value and how to summarize it.' });
  if (pivot.naming === 'value' && pivot.measures.length > 1) {
    throw new RelationError('pivot-measures', 'With several measures, new columns cannot be named by the value alone.', { remedy: 'Name them by value and measure.' });
  }
  const seen = new Set<string>();
  for (const { value } of pivot.values) {
    checkValue(value, column);
    const key = valueKey(value, column);
    if (seen.has(key)) throw new RelationError('pivot-values', `The value “${String(value)}” is listed twice.`, { remedy: 'Remove one of them.' });
    seen.add(key);
  }
  const types = pivot.measures.map((measure) => measureType(measure, input));
  const cells = pivot.values.flatMap(({ name }, value) =>
    pivot.measures.map((measure, i): PivotCell => ({ name: cellName(pivot.naming, name, measure.name), type: types[i] ?? 'string', value, measure: i })),
  );
  return { keys, column, cells };
}

function cellName(naming: Pivot['naming'], value: string, measure: string): string {
  if (naming === 'value') return value;
  return naming === 'value_measure' ? `${value}_${measure}` : `${measure}_${value}`;
}

/** Numbers may come as text, as in inline rows: integers beyond 2⁵³ and infinities have no other form in JSON. */
function checkValue(value: PivotValue, column: Column): void {
  if (typeof value !== 'string' || !isNumeric(column.type)) {
    typeOf({ op: 'lit', value, type: column.type }, []);
    return;
  }
  if ((column.type === 'integer' ? /^-?\d+$/ : /^-?(\d+\.?\d*(e[+-]?\d+)?|inf|nan)$/i).test(value)) return;
  throw new RelationError('pivot-values', `The value “${value}” of “${column.name}” is not ${typeTitles[column.type]}.`, { remedy: 'Choose the values again.', place: { column: column.name } });
}

/** Equal for equal values. */
function valueKey(value: PivotValue, { type }: Column): string {
  if (value === null) return 'missing';
  const text = String(value).toLowerCase();
  if (type === 'integer') return `=${BigInt(text)}`;
  if (type === 'float') return `=${/[fa]/.test(text) ? text.slice(0, 4) : Number(text) + 0}`;
  return `=${String(value)}`;
}
