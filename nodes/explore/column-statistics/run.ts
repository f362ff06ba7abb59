import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { Column } from '#app/relation/types.ts';
import { toNumberOrNull } from '#app/sdk/analysis.ts';
import { chartTable } from '#app/sdk/chart-node.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { ReportBlock } from '#app/sdk/ports.ts';
import { mostGroups, sparks, statisticsOf, type Cell, type Statistics } from './measures.ts';
import { statisticsSchema, type ColumnStatisticsParams } from './node.ts';

/** Rows of one table of the report. */
const shown = 1000;

export const executor: NodeExecutor<ColumnStatisticsParams> = {
  async run({ inputs, params, tables, progress }) {
    const table = chartTable(inputs);
    const keys = [...new Set(params.group)].flatMap((name) => table.schema.filter((column) => column.name === name));
    const columns = (params.columns.length === 0 ? table.schema : table.schema.filter(({ name }) => params.columns.includes(name))).filter((column) => !keys.includes(column));
    progress(0, 'Counting');
    const found = await statisticsOf(tables, table.relation, columns, keys, params.distinct, (done) => progress(0.8 * done, 'Counting')).catch((error: unknown) => {
      if (!(error instanceof PenstockError) || error.code !== 'result-too-large') throw error;
      throw new PenstockError('too-many-groups', `There are more than ${formatCount(mostGroups)} groups.`, { remedy: 'Group by columns with fewer values, or use Group By.', place: { param: ['group'] } });
    });
    const shapes = keys.length === 0 ? await sparks(tables, table.relation, found) : new Map<string, string>();
    const schema = statisticsSchema(table.schema, keys.map(({ name }) => name));
    const statistics = await tables.fromColumns(schema.map((column, i) => ({ ...column, values: found.map((one) => plain(i < keys.length ? (one.keys[i] ?? null) : statistic(one, column.name))) })), 'statistics');
    const rows = keys.length === 0 ? (found[0]?.rows ?? (await tables.count(table.relation))) : await tables.count(table.relation);
    const missing = columns.map((column) => found.filter((one) => one.column === column).reduce((sum, one) => sum + (toNumberOrNull(statistic(one, 'missing')) ?? 0), 0));
    const cells = rows * columns.length;
    const blocks: ReportBlock[] = [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: rows, format: 'count' },
          { name: 'Columns', value: columns.length, format: 'count' },
          { name: 'Missing values', value: cells === 0 ? 0 : missing.reduce((sum, count) => sum + count, 0) / cells, format: 'percent', help: 'Share of all values that are missing; lower is better.' },
          { name: 'Complete columns', value: missing.filter((count) => count === 0).length, format: 'count', help: 'Columns without a missing value.' },
          ...(keys.length === 0 ? [] : [{ name: 'Groups', value: columns.length === 0 ? 0 : found.length / columns.length, format: 'count' as const }]),
        ],
      },
    ];
    const tell = (title: string, types: readonly Column['type'][], extra: readonly { name: string; statistic: string; type: Column['type'] }[]): void => {
      const chosen = found.filter(({ column }) => types.includes(column.type));
      if (!columns.some(({ type }) => types.includes(type))) return;
      const counted = params.distinct && title !== 'Binary';
      // Columns one after another, each with its groups.
      const inOrder = columns.flatMap((column) => chosen.filter((one) => one.column === column));
      blocks.push({
        type: 'table',
        title: inOrder.length > shown ? `${title} (the first ${formatCount(shown)} of ${formatCount(inOrder.length)} rows)` : title,
        columns: [
          { name: 'column', type: 'string' },
          ...keys.map(({ name, type }) => ({ name, type })),
          { name: 'type', type: 'string' },
          { name: 'missing', type: 'integer' },
          { name: 'missing %', type: 'float' },
          ...(counted ? [{ name: 'distinct', type: 'integer' as const }] : []),
          ...extra.map(({ name, type }) => ({ name, type })),
        ],
        rows: inOrder.slice(0, shown).map((one) => {
          const share = toNumberOrNull(statistic(one, 'missing_share'));
          return [one.column.name, ...one.keys, one.column.type, statistic(one, 'missing'), share === null ? null : Math.round(share * 1e4) / 100, ...(counted ? [statistic(one, 'distinct')] : []), ...extra.map((column) => (column.statistic === 'shape' ? (shapes.get(one.column.name) ?? null) : statistic(one, column.statistic)))];
        }),
      });
    };
    const number = (name: string, from = name) => ({ name, statistic: from, type: 'float' as const });
    const text = (name: string, from = name) => ({ name, statistic: from, type: 'string' as const });
    tell('Numbers', ['integer', 'float'], [
      ...(keys.length === 0 ? [text('shape')] : []),
      number('mean'),
      number('std. deviation', 'stddev'),
      number('min'),
      number('5 %', 'p05'),
      number('25 %', 'q1'),
      number('median'),
      number('75 %', 'q3'),
      number('95 %', 'p95'),
      number('max'),
      number('skewness'),
      number('kurtosis'),
      text('most frequent', 'mode'),
    ]);
    tell('Text', ['string'], [text('most frequent', 'mode'), text('first', 'first'), text('last', 'last')]);
    tell('True / false', ['boolean'], [number('share true', 'mean')]);
    tell('Dates and times', ['date', 'time', 'timestamp'], [text('first'), text('last'), text('most frequent', 'mode')]);
    tell('Binary', ['binary'], []);
    return { report: { kind: 'report', report: { title: 'Column statistics', blocks } }, statistics };
  },
};

/** A statistic by its name in the table of statistics. */
function statistic({ column, rows, values }: Statistics, name: string): Cell {
  const missing = rows - (toNumberOrNull(values.get('count')) ?? 0);
  switch (name) {
    case 'column':
      return column.name;
    case 'type':
      return column.type;
    case 'rows':
      return rows;
    case 'missing':
      return missing;
    case 'missing_share':
      return rows === 0 ? null : missing / rows;
    default:
      return values.get(name) ?? null;
  }
}

const plain = (cell: Cell): number | string | null => (typeof cell === 'boolean' ? Number(cell) : cell);
