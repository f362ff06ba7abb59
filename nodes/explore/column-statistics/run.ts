import { cast, col } from '#app/relation/build.ts';
import type { Column, Expr, Measure, Relation, Schema } from '#app/relation/types.ts';
import type { NodeExecutor, TableServices } from '#app/sdk/node.ts';
import type { ReportBlock } from '#app/sdk/ports.ts';
import type { ColumnStatisticsParams } from './node.ts';

type Cell = null | boolean | number | string;

/** Aggregates in one query; more columns than this go in further queries, to keep each one small. */
const columnsAtOnce = 40;

/** The statistics of a column are measures called `<index>.<statistic>`. */
function measuresOf(column: Column, index: number, distinct: boolean): Measure[] {
  const arg: Expr = col(column.name);
  const measure = (name: string, fn: Measure['fn'], more: Partial<Measure> = {}): Measure => ({ name: `${index}.${name}`, fn, arg, ...more });
  const measures = [measure('count', 'count'), ...(distinct ? [measure('distinct', 'count_distinct')] : [])];
  switch (column.type) {
    case 'integer':
    case 'float':
      return [
        ...measures,
        measure('mean', 'avg'),
        measure('stddev', 'stddev'),
        measure('min', 'min'),
        measure('q1', 'quantile', { fraction: 0.25 }),
        measure('median', 'quantile', { fraction: 0.5 }),
        measure('q3', 'quantile', { fraction: 0.75 }),
        measure('max', 'max'),
      ];
    case 'boolean':
      return [...measures, measure('true', 'avg', { arg: cast(arg, 'integer') })];
    case 'date':
    case 'time':
    case 'timestamp':
      return [...measures, measure('min', 'min'), measure('max', 'max')];
    case 'string':
      return [...measures, measure('mode', 'mode')];
    case 'binary':
      return measures.slice(0, 1);
  }
}

async function statistics(tables: TableServices, input: Relation, columns: Schema, distinct: boolean): Promise<{ rows: number; found: Map<string, Cell> }> {
  const found = new Map<string, Cell>();
  let rows = 0;
  for (let from = 0; from < Math.max(1, columns.length); from += columnsAtOnce) {
    const measures = columns.slice(from, from + columnsAtOnce).flatMap((column, i) => measuresOf(column, from + i, distinct));
    const relation: Relation = { op: 'aggregate', input, keys: [], measures: [{ name: 'rows', fn: 'count' }, ...measures] };
    const result = await tables.rows(relation, 1);
    result.schema.forEach(({ name }, i) => found.set(name, result.rows[0]?.[i] ?? null));
    rows = Number(found.get('rows') ?? 0);
  }
  return { rows, found };
}

export const executor: NodeExecutor<ColumnStatisticsParams> = {
  async run({ inputs, params, tables, progress }) {
    const table = inputs.table?.[0];
    if (table?.kind !== 'table') throw new Error('column-statistics: no table');
    const columns = params.columns.length === 0 ? table.schema : table.schema.filter(({ name }) => params.columns.includes(name));
    progress(null, 'Counting');
    const { rows, found } = await statistics(tables, table.relation, columns, params.distinct);
    const of = (index: number, statistic: string): Cell => found.get(`${index}.${statistic}`) ?? null;
    const missingCells = columns.reduce((sum, _column, i) => sum + rows - Number(of(i, 'count') ?? 0), 0);
    const cells = rows * columns.length;
    const complete = columns.filter((_column, i) => Number(of(i, 'count') ?? 0) === rows).length;
    const blocks: ReportBlock[] = [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: rows, format: 'count' },
          { name: 'Columns', value: columns.length, format: 'count' },
          { name: 'Missing values', value: cells === 0 ? 0 : missingCells / cells, format: 'percent', help: 'Share of all values that are missing; lower is better.' },
          { name: 'Complete columns', value: complete, format: 'count', help: 'Columns without a missing value.' },
        ],
      },
    ];
    const tell = (title: string, types: readonly Column['type'][], extra: readonly { name: string; statistic: string; type: Column['type'] }[]): void => {
      const chosen = columns.flatMap((column, index) => (types.includes(column.type) ? [{ column, index }] : []));
      if (chosen.length === 0) return;
      const counted = params.distinct && title !== 'Binary';
      blocks.push({
        type: 'table',
        title,
        columns: [
          { name: 'column', type: 'string' },
          { name: 'type', type: 'string' },
          { name: 'missing', type: 'integer' },
          { name: 'missing %', type: 'float' },
          ...(counted ? [{ name: 'distinct', type: 'integer' as const }] : []),
          ...extra.map(({ name, type }) => ({ name, type })),
        ],
        rows: chosen.map(({ column, index }) => {
          const missing = rows - Number(of(index, 'count') ?? 0);
          const share = rows === 0 ? null : Math.round((missing / rows) * 1e4) / 100;
          return [column.name, column.type, missing, share, ...(counted ? [of(index, 'distinct')] : []), ...extra.map(({ statistic }) => of(index, statistic))];
        }),
      });
    };
    const number = (name: string, statistic = name) => ({ name, statistic, type: 'float' as const });
    const text = (name: string, statistic = name) => ({ name, statistic, type: 'string' as const });
    tell('Numbers', ['integer', 'float'], [number('mean'), number('std. deviation', 'stddev'), number('min'), number('25 %', 'q1'), number('median'), number('75 %', 'q3'), number('max')]);
    tell('Text', ['string'], [text('most frequent', 'mode')]);
    tell('True / false', ['boolean'], [number('share true', 'true')]);
    tell('Dates and times', ['date', 'time', 'timestamp'], [text('first', 'min'), text('last', 'max')]);
    tell('Binary', ['binary'], []);
    return { report: { kind: 'report', report: { title: 'Column statistics', blocks } } };
  },
};
