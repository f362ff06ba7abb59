import { asc, call, cast, col, lit, named, when } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';

/** Text that stands for the values beyond the most frequent ones, and for missing values. */
export const other = 'Other';
export const missing = '(missing)';

/** The most frequent values of a column as text, most frequent first; missing values are left out. */
export async function frequentValues(tables: TableServices, input: Relation, column: string, most: number): Promise<{ values: string[]; more: boolean }> {
  const counted: Relation = {
    op: 'aggregate',
    input: { op: 'filter', input, predicate: call('is_not_null', col(column)) },
    keys: [named('value', cast(col(column), 'string'))],
    measures: [{ name: 'rows', fn: 'count' }],
  };
  const sorted: Relation = { op: 'sort', input: counted, keys: [{ expr: col('rows'), descending: true, nulls: 'last' }, asc(col('value'))] };
  const { rows } = await tables.rows({ op: 'limit', input: sorted, count: most + 1, offset: 0 }, most + 1);
  const values = rows.map(([value]) => String(value));
  return { values: values.slice(0, most), more: values.length > most };
}

/** The value itself where it is one of `kept`, else “Other”; “(missing)” for null. */
export function keptOrOther(column: string, kept: readonly string[]): Expr {
  const text = cast(col(column), 'string');
  const branches: { when: Expr; then: Expr }[] = [{ when: call('is_null', col(column)), then: lit(missing) }];
  if (kept.length > 0) branches.push({ when: call('in', text, ...kept.map((value) => lit(value))), then: text });
  return when(branches, lit(other));
}
