import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import { componentsForShare, componentsOfCovariance, momentsOf } from '#app/ml/index.ts';
import { call, cast, col, lit, named, project, when } from '#app/relation/build.ts';
import type { Column, Expr, Relation } from '#app/relation/types.ts';
import { chosenOf } from '#app/sdk/analysis.ts';
import { chartTable } from '#app/sdk/chart-node.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { ReportBlock, TableValue } from '#app/sdk/ports.ts';
import { componentNames } from './names.ts';
import { pcaTypes, type PcaParams } from './node.ts';

/** Columns and components drawn in the heat map of loadings. */
const drawnColumns = 60;
const drawnComponents = 12;

export const executor: NodeExecutor<PcaParams> = {
  async run({ inputs, params, tables, progress, report, signal }) {
    const input = chartTable(inputs);
    const columns = chosenOf(input.schema, params.columns, params.columns.length === 0 ? ['integer', 'float'] : pcaTypes);
    progress(0, 'Covariances');
    const moments = await momentsOf(tables, input.relation, columns, { standardise: params.standardise, missing: params.missing, signal, progress: (done) => progress(0.7 * done) });
    signal.throwIfAborted();
    if (moments.rows < 2) {
      throw new PenstockError('too-few-rows', `Components need two complete rows; of ${formatCount(moments.total)} rows ${moments.rows === 0 ? 'none is' : 'one is'} complete.`, { remedy: 'Fill missing values first (Impute), take the mean for them, or leave out the emptiest columns.', place: { param: ['missing'] } });
    }
    const constant = columns.filter((_, i) => moments.deviations[i] === 0).map(({ name }) => `“${name}”`);
    if (constant.length > 0) report({ severity: 'warning', code: 'constant-column', message: `Constant, and so without a part in any component: ${constant.slice(0, 5).join(', ')}${constant.length > 5 ? ` and ${constant.length - 5} more` : ''}.`, remedy: 'Leave them out.', place: { param: ['columns'] } });
    if (constant.length === columns.length) throw new PenstockError('constant-column', 'Every column is constant: there is no variance to explain.', { remedy: 'Choose other columns.', place: { param: ['columns'] } });
    if (moments.rows < moments.total) report({ severity: 'info', code: 'rows-left-out', message: `${formatCount(moments.total - moments.rows)} of ${formatCount(moments.total)} rows have a missing value: they are left out of the fit and have no scores.`, remedy: 'Take the column’s mean instead, or use Impute before.', place: { param: ['missing'] } });

    const { variances, directions } = await componentsOfCovariance(moments.covariance, { signal });
    const all = variances.reduce((sum, value) => sum + value, 0);
    const kept = params.keep === 'share' ? componentsForShare(variances, params.share) : Math.min(params.components, columns.length);
    const names = componentNames(params.prefix, kept, input.schema);
    const scale = columns.map((_, i) => (moments.deviations[i] === 0 ? 0 : params.standardise ? 1 / (moments.deviations[i] ?? 1) : 1));
    const scores = names.map((name, k) => named(name, scoreOf(columns, moments.means, columns.map((_, i) => (directions[k]?.[i] ?? 0) * (scale[i] ?? 0)), params.missing)));
    const relation: Relation = project(input.relation, [...input.schema.map(({ name }) => named(name, col(name))), ...scores]);
    const table: TableValue = { kind: 'table', relation, schema: [...input.schema, ...names.map((name): Column => ({ name, type: 'float' }))] };

    // Correlation of a column with a component: what loadings are called elsewhere.
    const correlation = (k: number, i: number): number => {
      const deviation = params.standardise ? (moments.deviations[i] === 0 ? 0 : 1) : (moments.deviations[i] ?? 0);
      return deviation === 0 ? 0 : ((directions[k]?.[i] ?? 0) * Math.sqrt(variances[k] ?? 0)) / deviation;
    };
    const places = names.flatMap((_, k) => columns.map((_column, i) => [k, i] as const));
    const loadings = await tables.fromColumns(
      [
        { name: 'component', type: 'integer', values: places.map(([k]) => k + 1) },
        { name: 'column', type: 'string', values: places.map(([, i]) => columns[i]?.name ?? '') },
        { name: 'weight', type: 'float', values: places.map(([k, i]) => directions[k]?.[i] ?? 0) },
        { name: 'correlation', type: 'float', values: places.map(([k, i]) => correlation(k, i)) },
      ],
      'loadings',
    );

    progress(0.8, 'Drawing');
    const shares = variances.map((value) => value / all);
    const sumTo = (k: number): number => shares.slice(0, k + 1).reduce((sum, share) => sum + share, 0);
    const drawn = Math.min(shares.length, 30);
    const labels = shares.slice(0, drawn).map((_, k) => `${params.prefix}${k + 1}`);
    const title = (k: number): string => `${names[k] ?? ''} (${(100 * (shares[k] ?? 0)).toFixed(1)} %)`;
    const blocks: ReportBlock[] = [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: moments.rows, format: 'count', help: 'Rows that the components were fitted on.' },
          { name: 'Columns', value: columns.length, format: 'count' },
          { name: 'Components', value: kept, format: 'count' },
          { name: 'Variance explained', value: Math.min(1, sumTo(kept - 1)), format: 'percent', help: 'Share of the variance that the kept components hold; more is a truer picture.' },
        ],
      },
      {
        type: 'chart',
        chart: {
          title: 'Variance explained',
          x: { title: 'Component', scale: 'category' },
          y: { title: 'Share of the variance', percent: true, range: [0, 1] },
          series: [
            { name: 'Each', mark: 'bars', x: labels, y: shares.slice(0, drawn) },
            { name: 'Together', mark: 'line', x: labels, y: labels.map((_, k) => Math.min(1, sumTo(k))) },
          ],
          ...(drawn < shares.length ? { note: `The first ${drawn} of ${shares.length} components.` } : {}),
        },
      },
    ];
    if (kept >= 2) {
      // The scores are columns of the output, so that the plot is asked of it.
      const chart = await tables.chart(relation, table.schema, chartQuery({ kind: 'scatter', x: names[0] ?? '', y: names[1] ?? '', colour: params.colour || null }));
      blocks.push({ type: 'chart', chart: { ...chart, title: 'Scores', x: { ...chart.x, title: title(0) }, y: { ...chart.y, title: title(1) } } });
    } else {
      blocks.push({ type: 'chart', chart: await tables.chart(relation, table.schema, chartQuery({ kind: 'histogram', column: names[0] ?? '', by: params.colour || null })) });
    }
    const heavy = columns.map((_, i) => i).sort((a, b) => weightOf(b) - weightOf(a)).slice(0, drawnColumns).sort((a, b) => a - b);
    function weightOf(i: number): number {
      return names.slice(0, drawnComponents).reduce((most, _, k) => Math.max(most, Math.abs(correlation(k, i))), 0);
    }
    const components = names.slice(0, drawnComponents);
    blocks.push({
      type: 'chart',
      chart: {
        title: 'Loadings: correlation of columns with components',
        x: { title: 'Component', scale: 'category' },
        y: { title: '', scale: 'category' },
        colour: { title: 'Correlation', centre: 0 },
        series: [
          {
            name: 'Correlation',
            mark: 'heatmap',
            x: components,
            y: heavy.map((i) => columns[i]?.name ?? ''),
            z: heavy.map((i) => components.map((_, k) => correlation(k, i))),
            text: heavy.map((i) => components.map((_, k) => correlation(k, i).toFixed(2).replace('-', '−'))),
          },
        ],
        ...(heavy.length < columns.length ? { note: `The ${heavy.length} columns with the strongest loadings, of ${columns.length}.` } : {}),
      },
    });
    blocks.push({
      type: 'table',
      title: 'Components',
      columns: [{ name: 'component', type: 'integer' }, { name: 'variance', type: 'float' }, { name: 'share', type: 'float' }, { name: 'together', type: 'float' }, { name: 'strongest columns', type: 'string' }],
      rows: names.map((_, k) => [k + 1, variances[k] ?? 0, shares[k] ?? 0, Math.min(1, sumTo(k)), strongest(columns, (i) => correlation(k, i))]),
    });
    return { table, report: { kind: 'report', report: { title: 'Principal components', blocks } }, loadings };
  },
};

function strongest(columns: readonly Column[], value: (i: number) => number): string {
  const order = columns.map((_, i) => i).sort((a, b) => Math.abs(value(b)) - Math.abs(value(a)));
  return order.slice(0, 3).map((i) => `${columns[i]?.name ?? ''} ${formatNumber(Math.round(value(i) * 100) / 100)}`).join(', ');
}

/** Σ weight · (value − mean), as a balanced tree: a chain of hundreds would be too deep for the parser. Missing where a value is. */
function scoreOf(columns: readonly Column[], means: readonly number[], weights: readonly number[], missing: PcaParams['missing']): Expr {
  const parts = columns.map((column, i): Expr => {
    const value: Expr = column.type === 'boolean' ? cast(cast(col(column.name), 'integer'), 'float') : column.type === 'integer' ? cast(col(column.name), 'float') : when([{ when: call('is_finite', col(column.name)), then: col(column.name) }]);
    const centred = call('subtract', value, lit(means[i] ?? 0, 'float'));
    return call('multiply', missing === 'mean' ? call('coalesce', centred, lit(0, 'float')) : centred, lit(weights[i] ?? 0, 'float'));
  });
  const sum = (from: number, to: number): Expr => {
    if (to - from === 1) return parts[from] ?? lit(0, 'float');
    const middle = (from + to) >> 1;
    return call('add', sum(from, middle), sum(middle, to));
  };
  return sum(0, parts.length);
}
