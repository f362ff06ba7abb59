import { formatCount } from '#app/core/units.ts';
import { likeWhole } from '#app/reports/chart/like-whole.ts';
import type { ChartView, TableBlockView } from '#app/reports/document.ts';
import type { ChartPart, Content } from '#app/reports/resolved.ts';
import { call, cast, col, filter, limit, lit, named, project } from '#app/relation/build.ts';
import type { Relation } from '#app/relation/types.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { Engine } from '../engine.ts';
import { notThere } from './sources.ts';

/** Tables of reports, and charts made of them. */

/** A column whose values a dashboard's page can be filtered by. */
export interface FilterColumn {
  readonly column: string;
}

/** Values of the filter column that a page lets choose: each has a drawing of its own of every chart. */
export const mostFilterValues = 24;

type Rows = Extract<TableBlockView, { of: 'table' }> & { readonly rows: number; readonly filterColumn: FilterColumn | null };

/** The first rows of a table, sorted and filtered. @throws PenstockError `report-source-gone` for columns that are not there any more. */
export async function tableContent(engine: Engine, value: TableValue, view: Rows, signal: AbortSignal): Promise<Content> {
  const part = await engine.data.filtered(value, view.filter);
  const names = view.columns ?? part.schema.map(({ name }) => name);
  const has = (name: string): boolean => part.schema.some((column) => column.name === name);
  const lost = [...names, ...view.sort.map(({ column }) => column)].filter((name) => !has(name));
  if (lost.length > 0) throw notThere(`The table has no column “${lost[0]}” any more${lost.length > 1 ? `, and ${formatCount(lost.length - 1)} more that are shown here are gone` : ''}.`);
  const by = view.filterColumn !== null && has(view.filterColumn.column) ? view.filterColumn.column : null;
  const sorted: Relation = view.sort.length === 0 ? part.relation : { op: 'sort', input: part.relation, keys: view.sort.map(({ column, descending }) => ({ expr: col(column), descending, nulls: 'last' as const })) };
  const first = limit(sorted, view.rows);
  // The filter's values go along under a name that no column has.
  const extra = by === null ? [] : [named(freeName(names), cast(col(by), 'string'))];
  const chosen = project(first, [...names.map((name) => named(name, col(name))), ...extra]);
  const [{ rows, schema }, total] = await Promise.all([engine.database.rows(chosen, view.rows, signal), engine.database.count(part.relation, signal)]);
  const shown = by === null ? rows : rows.map((row) => row.slice(0, -1));
  return {
    type: 'table',
    columns: schema.slice(0, names.length),
    rows: shown,
    total,
    ...(by === null ? {} : { filterValues: rows.map((row) => (row.at(-1) === null ? null : String(row.at(-1)))) }),
  };
}

function freeName(taken: readonly string[]): string {
  let name = 'filter value';
  while (taken.includes(name)) name += ' ';
  return name;
}

/** A chart of a table; for dashboards, also of the rows of each value of the filter column. */
export async function chartContent(engine: Engine, value: TableValue, { query, filter: condition }: Extract<ChartView, { of: 'table' }>, by: FilterColumn | null, signal: AbortSignal): Promise<Content> {
  const part = await engine.data.filtered(value, condition);
  const chart = await engine.database.chart(part.relation, query, { signal });
  if (by === null || !part.schema.some(({ name }) => name === by.column)) return { type: 'chart', chart };
  const values = await filterValues(engine, part, by.column, signal);
  const parts: ChartPart[] = [];
  for (const one of values) {
    // Edges, categories and colours stay those of all rows.
    const rows = filter(part.relation, call('equals', cast(col(by.column), 'string'), lit(one)));
    parts.push({ value: one, chart: likeWhole(await engine.database.chart(part.relation, query, { signal, rows }), chart) });
  }
  return { type: 'chart', chart, parts };
}

/** The most frequent values of a column as text; none where it has more than a page lets choose. */
async function filterValues(engine: Engine, { relation }: TableValue, column: string, signal: AbortSignal): Promise<string[]> {
  const text = project(filter(relation, call('is_not_null', col(column))), [named('value', cast(col(column), 'string'))]);
  const counted: Relation = { op: 'aggregate', input: text, keys: [named('value', col('value'))], measures: [{ name: 'count', fn: 'count' }] };
  const { rows } = await engine.database.rows(limit({ op: 'sort', input: counted, keys: [{ expr: col('value'), descending: false, nulls: 'last' }] }, mostFilterValues + 1), mostFilterValues + 1, signal);
  return rows.length > mostFilterValues ? [] : rows.map(([one]) => String(one));
}
