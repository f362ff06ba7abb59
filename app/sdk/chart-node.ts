import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import type { ColumnType, Schema } from '#app/relation/types.ts';
import type { ChartQuery, ChartServices, measureFns } from './charts.ts';
import type { Report, ReportBlock, TableValue, PortValue } from './ports.ts';
import type { Say } from './say.ts';

/** What nodes that draw charts share: checks of the columns they name, and their report. */

export interface ChosenColumn {
  readonly param: readonly (string | number)[];
  /** Empty: not chosen, which is no fault here. */
  readonly name: string;
  readonly types: readonly ColumnType[];
  /** What takes which columns: “the x axis takes numbers and dates”. */
  readonly words: string;
  readonly remedy?: string;
}

/** Errors for columns that are not in the table or of a type that cannot be drawn so; none while the schema is unknown. */
export function checkColumns(schema: Schema | null, chosen: readonly ChosenColumn[]): Diagnostic[] {
  if (schema === null) return [];
  return chosen.flatMap(({ param, name, types, words, remedy = 'Choose another column, or convert it first.' }): Diagnostic[] => {
    if (name === '') return [];
    const column = schema.find((one) => one.name === name);
    if (column === undefined) {
      return [{ severity: 'error', code: 'unknown-column', message: `There is no column “${name}” in the table.`, remedy: 'Choose the column again.', place: { param, column: name } }];
    }
    if (types.includes(column.type)) return [];
    return [{ severity: 'error', code: 'column-type', message: `Column “${name}” is ${column.type}; ${words}.`, remedy, place: { param, column: name } }];
  });
}

export const groupTypes: readonly ColumnType[] = ['boolean', 'integer', 'float', 'string', 'date', 'timestamp', 'time'];
export const axisTypes: readonly ColumnType[] = ['integer', 'float', 'date', 'timestamp'];
export const numberTypes: readonly ColumnType[] = ['integer', 'float'];

/** The table at an input of a chart node while it runs. @throws PenstockError `input-missing` */
export function chartTable(inputs: Readonly<Record<string, readonly PortValue[]>>, port = 'table'): TableValue {
  const table = inputs[port]?.[0];
  if (table?.kind === 'table') return table;
  throw new PenstockError('input-missing', `Nothing is connected to the input “${port}”.`, { remedy: 'Connect a table.', place: { port } });
}

/** A report of charts of one table; each can be asked again of a part of its rows. */
export async function chartReport(
  title: string,
  tables: ChartServices,
  table: TableValue,
  queries: readonly ChartQuery[],
  progress: (fraction: number | null, message?: string) => void,
): Promise<{ readonly report: { readonly kind: 'report'; readonly report: Report } }> {
  const blocks: ReportBlock[] = [];
  for (const [i, query] of queries.entries()) {
    progress(i / queries.length);
    blocks.push({ type: 'chart', chart: await tables.chart(table.relation, table.schema, query), query, input: 'table' });
  }
  return { report: { kind: 'report', report: { title, blocks } } };
}

/** A chart's measure on its card: "Mean of income", "Rows". */
export function measureInWords(fn: (typeof measureFns)[number], column: string, say: Say): string {
  const what = { count: say`Rows`, sum: say`Sum`, avg: say`Mean`, median: say`Median`, min: say`Smallest`, max: say`Largest`, stddev: say`Deviation`, count_distinct: say`Different` }[fn];
  return column === '' ? what : say`${what} of ${column}`;
}
