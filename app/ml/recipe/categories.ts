import { call, col, lit, named, when } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { ColumnState } from './columns.ts';

/** Counts of one column's values, most frequent first (ties by value), as many of them as were asked for. */
export interface CategoryCounts {
  readonly values: readonly (string | number)[];
}

/** A value that one column's expression takes, as a constant to compare it with. */
export const categoryLiteral = (state: ColumnState, value: string | number): Expr => (state.kind === 'text' ? lit(value) : lit(Number(value), 'float'));

/** The value as people read it. */
export const categoryLabel = (state: ColumnState, value: string | number): string =>
  state.column.type === 'boolean' ? (value === 0 ? 'false' : 'true') : String(value);

/** The number that belongs to the state's value; null for every other value and where it is missing. */
export function numberByCategory(state: ColumnState, values: readonly (string | number)[], numbers: readonly number[]): Expr {
  const pairs = values.map((value, index) => ({ value, number: lit(numbers[index] ?? Number.NaN, 'float') }));
  // A text with U+0000 cannot be a key of a lookup.
  const key = state.kind === 'text' && !values.some((value) => String(value).includes('\0')) ? state.expr : null;
  if (key !== null && pairs.length > 0) return call('lookup', key, ...pairs.flatMap(({ value, number }) => [lit(String(value)), number]));
  return when(pairs.map(({ value, number }) => ({ when: call('equals', state.expr, categoryLiteral(state, value)), then: number })));
}

/** Numbers by size, text by code unit. */
export function byValue(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The `limit` most frequent values of each column that are present. All columns are counted in one query. */
export async function countCategories(
  columns: readonly ColumnState[],
  limit: number,
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
): Promise<CategoryCounts[]> {
  const branches = columns.map((state, index): Relation => {
    const values: Relation = { op: 'project', input: relation, columns: [named('value', state.expr)] };
    const present: Relation = { op: 'filter', input: values, predicate: call('is_not_null', col('value')) };
    const counted: Relation = {
      op: 'aggregate',
      input: present,
      keys: [named('value', col('value'))],
      measures: [{ name: 'rows', fn: 'count' }],
    };
    const sorted: Relation = {
      op: 'sort',
      input: counted,
      keys: [
        { expr: col('rows'), descending: true, nulls: 'last' },
        { expr: col('value'), descending: false, nulls: 'last' },
      ],
    };
    const text = state.kind === 'text';
    return {
      op: 'project',
      input: { op: 'limit', input: sorted, count: limit, offset: 0 },
      columns: [
        named('column', lit(index)),
        named('text', text ? col('value') : lit(null, 'string')),
        named('number', text ? lit(null, 'float') : col('value')),
        named('rows', col('rows')),
      ],
    };
  });
  const [first] = branches;
  const all: Relation = branches.length === 1 && first !== undefined ? first : { op: 'union', inputs: branches, by: 'position' };
  const { rows } = await tables.rows(all, columns.length * limit);
  const found = columns.map(() => [] as { value: string | number; rows: number }[]);
  for (const [index, text, number, count] of rows) {
    const value = text ?? number;
    if (typeof value === 'string' || typeof value === 'number') found[Number(index)]?.push({ value, rows: Number(count) });
  }
  // A union does not promise to keep the order of its parts.
  return found.map((list) => ({
    values: list.sort((a, b) => b.rows - a.rows || byValue(a.value, b.value)).map((entry) => entry.value),
  }));
}
