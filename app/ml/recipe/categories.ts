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
  const [keys, others] = [pairs.filter(({ value }) => canBeKey(value)), pairs.filter(({ value }) => !canBeKey(value))];
  const found = keys.length === 0 ? null : call('lookup', state.expr, ...keys.flatMap(({ value, number }) => [lit(value), number]));
  if (found !== null && others.length === 0) return found;
  const compared = when(others.map(({ value, number }) => ({ when: call('equals', state.expr, categoryLiteral(state, value)), then: number })));
  return found === null ? compared : call('coalesce', found, compared);
}

/** Of a lookup: whole numbers, and text without U+0000. Every other value is compared by itself. */
const canBeKey = (value: string | number): boolean => (typeof value === 'number' ? Number.isSafeInteger(value) : !value.includes('\0'));

/** Categories that cannot be looked up and are kept nevertheless: each costs a comparison a row. */
const MAX_COMPARED = 500;

/** The categories that can be told apart quickly, and the most frequent of the others. */
export function tellable<C>(categories: readonly C[], valueOf: (category: C) => string | number): C[] {
  let compared = 0;
  return categories.filter((category) => canBeKey(valueOf(category)) || (compared += 1) <= MAX_COMPARED);
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
