import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import { readRows, runTask, withColumnsBeside, writeRowModel } from '#app/ml/index.ts';
import { col } from '#app/relation/build.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { ReportBlock } from '#app/sdk/ports.ts';
import { addedNames, type Params } from './node.ts';

/** Rows that the report lists, and columns of theirs. */
const listedRows = 20;
const listedColumns = 30;

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { params, tables, progress, signal } = context;
    const rows = await readRows(context, { features: params.features });
    const total = rows.points.rows;
    if (total < 2) throw new PenstockError('too-few-rows', 'One row cannot be parted from others.', { remedy: 'Give the node more rows.', place: { port: 'table' } });
    const found = await runTask(
      'isolation-forest',
      { ...rows.points, trees: params.trees, sample: params.sample, seed: params.seed ?? context.seed },
      { signal, onProgress: (done, message) => progress(done === null ? null : 0.1 + 0.7 * done, message), transfer: [rows.points.data.buffer as ArrayBuffer] },
    );
    progress(0.82, 'Writing the scores');
    const wanted = Math.round(params.share * total);
    const threshold = wanted === 0 ? Number.POSITIVE_INFINITY : (found.scores.toSorted()[total - wanted] ?? Number.POSITIVE_INFINITY);
    const flags = Array.from(found.scores, (score) => Number(score >= threshold));
    const flagged = flags.reduce((sum, flag) => sum + flag, 0);
    const names = addedNames(rows.input.schema);
    const table = await withColumnsBeside(rows, [{ name: names.score, type: 'float', values: found.scores }, { name: names.flag, type: 'boolean', values: flags }], tables, 'anomaly scores');
    progress(0.9, 'Writing the model file');
    const metrics: Record<string, number> = wanted === 0 ? {} : { anomalyThreshold: threshold };
    const model = await writeRowModel(
      rows,
      {
        algorithm: 'isolation-forest',
        head: found.head,
        signature: { task: 'regression', target: { name: 'anomaly_score', type: 'float' } },
        params: { trees: params.trees, sample: found.sample },
        metrics,
        summary: { notes: wanted === 0 ? [] : [`Rows with a score of ${formatNumber(threshold)} or more were marked as anomalies in training, ${formatCount(flagged)} of ${formatCount(total)}.`] },
      },
      context,
    );
    const chart = await tables.chart(table.relation, table.schema, chartQuery({ kind: 'histogram', column: names.score, by: flagged > 0 ? names.flag : null, bins: 40 }));
    const shown = [names.score, ...rows.input.schema.filter(({ type }) => type !== 'binary').map(({ name }) => name)].slice(0, listedColumns);
    const top = await tables.rows({
      op: 'project',
      input: { op: 'limit', input: { op: 'sort', input: table.relation, keys: [{ expr: col(names.score), descending: true, nulls: 'last' }] }, count: listedRows, offset: 0 },
      columns: shown.map((name) => ({ name, expr: col(name) })),
    });
    const blocks: ReportBlock[] = [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: total, format: 'count' },
          { name: 'Marked', value: flagged, format: 'count', help: 'Rows at or above the threshold; more than the share asked for where scores are equal.' },
          ...(wanted === 0 ? [] : [{ name: 'Threshold', value: threshold, format: 'number' as const, help: 'Least score of a marked row. Scores near 1 are anomalies; well below 0.5 is ordinary.' }]),
          { name: 'Highest score', value: found.scores.reduce((most, score) => Math.max(most, score), 0), format: 'number' },
        ],
      },
      { type: 'chart', chart: { ...chart, title: 'Scores' } },
      { type: 'table', title: `The ${formatCount(Math.min(total, listedRows))} most unusual rows`, columns: top.schema, rows: top.rows },
    ];
    return { table, model, report: { kind: 'report', report: { title: 'Anomalies', blocks } } };
  },
};
