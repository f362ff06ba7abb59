import type { Column, Relation } from '#app/relation/types.ts';
import { ask, isNumber, numberSql, quoteColumn, sqlNumber, type Asked } from '#app/sdk/analysis.ts';

/** A column with few values to count: a category, or a number in equally filled bins. */
export interface Binned {
  readonly column: Column;
  readonly numeric: boolean;
  /** SQL of the bin (0, 1 …) or of the category. */
  readonly key: string;
  /** Upper edges of all bins but the last. */
  readonly edges: readonly number[];
}

/** Bins of number columns between their quantiles, from one pass; equal quantiles make one edge. A value on an edge is below it. */
export async function binned(tables: Asked, relation: Relation, columns: readonly { readonly column: Column; readonly numeric: boolean }[], bins: number): Promise<Binned[]> {
  const numbers = columns.filter(({ numeric }) => numeric);
  const fractions = `[${Array.from({ length: bins - 1 }, (_, i) => `${(i + 1) / bins}::double`).join(', ')}]`;
  const [row = []] = numbers.length === 0 ? [] : await ask(tables, relation, `select ${numbers.map(({ column }) => `to_json(quantile_cont(${numberSql(column)}, ${fractions}))`).join(', ')} from t`, numbers.map(() => 'string'));
  const edges = new Map(numbers.map(({ column }, i) => [column.name, [...new Set(list(row[i]))]]));
  return columns.map(({ column, numeric }) => {
    if (!numeric) return { column, numeric, edges: [], key: isNumber(column.type) ? numberSql(column) : quoteColumn(column.name) };
    const own = edges.get(column.name) ?? [];
    const value = numberSql(column);
    return { column, numeric, edges: own, key: `case when (${value}) is not null then ${own.length === 0 ? '0' : own.map((edge) => `((${value}) > ${sqlNumber(edge)})::int`).join(' + ')} end` };
  });
}

function list(cell: null | boolean | number | string | undefined): number[] {
  if (typeof cell !== 'string') return [];
  const parsed: unknown = JSON.parse(cell);
  return Array.isArray(parsed) ? parsed.filter((value): value is number => typeof value === 'number') : [];
}
