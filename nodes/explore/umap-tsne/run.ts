import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { componentsOfCovariance, keepStates, momentsOf, runTask } from '#app/ml/index.ts';
import { asc, col, named, project } from '#app/relation/build.ts';
import { freeName } from '#app/relation/index.ts';
import type { Column, Relation } from '#app/relation/types.ts';
import { ask, chosenOf, numberSql, quoteColumn, sqlNumber, sqlOver, toNumber } from '#app/sdk/analysis.ts';
import { chartTable } from '#app/sdk/chart-node.ts';
import { chartQuery } from '#app/sdk/charts.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { ReportBlock } from '#app/sdk/ports.ts';
import { mapTypes, placeNames, type UmapTsneParams } from './node.ts';

/** Fewer rows have no neighbourhoods. */
const leastRows = 10;
const tsneIterations = 750;

export const executor: NodeExecutor<UmapTsneParams> = {
  async run({ inputs, params, tables, progress, report, signal, checkpoint }) {
    const input = chartTable(inputs);
    const columns = chosenOf(input.schema, params.columns, params.columns.length === 0 ? ['integer', 'float'] : mapTypes);
    progress(0, 'Sampling');
    const place = freeName('map_place', input.schema);
    const complete = columns.map((column) => `(${numberSql(column)}) is not null`).join(' and ');
    const [counts = []] = await ask(tables, input.relation, `select count(*), count(*) filter (where ${complete}) from t`, ['integer', 'integer']);
    const [total, whole] = [toNumber(counts[0]), params.missing === 'mean' ? toNumber(counts[0]) : toNumber(counts[1])];
    // The rows with the smallest hashes of their places: a random sample that is the same each time.
    const where = params.missing === 'mean' ? '' : ` where ${complete}`;
    const plain = input.schema.map(({ name }) => quoteColumn(name)).join(', ');
    const text = `select ${plain}, row_number() over (order by r) as ${quoteColumn(place)} from (select *, row_number() over () as r from t${where}) order by hash(r + ${params.seed}) limit ${params.rows}`;
    const sampled = await tables.materialise(sqlOver(input.relation, text, [...input.schema, { name: place, type: 'integer' }]), 'map sample');
    const rows = await tables.count(sampled.relation);
    if (rows < leastRows) throw new PenstockError('too-few-rows', `A map needs ${leastRows} complete rows; there are ${formatCount(rows)} of ${formatCount(total)}.`, { remedy: 'Take the mean for missing values, or leave out the emptiest columns.', place: { param: ['missing'] } });
    if (rows < whole) report({ severity: 'info', code: 'sampled', message: `The map shows a random sample of ${formatCount(rows)} of ${formatCount(whole)} rows.`, remedy: 'Raise the number of rows to see more; it takes longer.', place: { param: ['rows'] } });
    if (whole < total) report({ severity: 'info', code: 'rows-left-out', message: `${formatCount(total - whole)} of ${formatCount(total)} rows have a missing value and are not on the map.`, remedy: 'Take the column’s mean instead, or use Impute before.', place: { param: ['missing'] } });

    progress(0.02, 'Principal components');
    const moments = await momentsOf(tables, sampled.relation, columns, { standardise: params.standardise, missing: params.missing });
    if (moments.deviations.every((deviation) => deviation === 0)) throw new PenstockError('constant-column', 'Every column is constant: all rows would lie in one place.', { remedy: 'Choose other columns.', place: { param: ['columns'] } });
    const { directions, variances } = await componentsOfCovariance(moments.covariance, { signal });
    const kept = params.components === 0 ? columns.length : Math.min(params.components, columns.length);
    const data = rotate(await centred(tables, sampled.relation, columns, moments, params, place), rows, columns.length, directions.slice(0, kept));
    const held = variances.slice(0, kept).reduce((sum, value) => sum + value, 0) / variances.reduce((sum, value) => sum + value, 0);
    signal.throwIfAborted();

    const iterations = params.iterations > 0 ? params.iterations : params.method === 'tsne' ? tsneIterations : 0;
    const states = await keepStates(checkpoint);
    const found = await runTask('project', { method: params.method, data, rows, columns: kept, seed: params.seed, neighbours: params.neighbours, minDist: params.minDist, perplexity: params.perplexity, iterations, ...states.payload }, { signal, onMessage: (message) => states.keep(message.checkpoint), onProgress: (done, message) => progress(done === null ? null : 0.05 + 0.85 * done, message), transfer: [data.buffer] }).finally(states.settled);

    progress(0.95, 'Drawing');
    const places = Array.from({ length: rows }, (_, i) => i);
    const names = placeNames(params.method, input.schema);
    const order = await tables.column({ op: 'sort', input: sampled.relation, keys: [asc(col(place))] }, place);
    const points = await tables.fromColumns(
      [
        { name: place, type: 'integer', values: places.map((i) => toNumber(order[i] ?? null)) },
        ...names.map((name, c) => ({ name, type: 'float' as const, values: places.map((i) => found.at[2 * i + c] ?? null) })),
      ],
      'map places',
    );
    const joined: Relation = { op: 'join', kind: 'inner', left: sampled.relation, right: points.relation, on: [{ left: place, right: place }], rightSuffix: '_map' };
    const schema = [...input.schema, ...names.map((name): Column => ({ name, type: 'float' }))];
    const table = await tables.materialise(project({ op: 'sort', input: joined, keys: [asc(col(place))] }, schema.map(({ name }) => named(name, col(name)))), 'map');
    const title = params.method === 'umap' ? 'UMAP' : 't-SNE';
    const chart = await tables.chart(table.relation, table.schema, chartQuery({ kind: 'scatter', x: names[0], y: names[1], colour: params.colour || null, points: Math.max(10, rows) }));
    const blocks: ReportBlock[] = [
      { type: 'chart', chart: { ...chart, title: params.colour === '' ? title : `${title}, coloured by ${params.colour}`, note: `${rows < whole ? `A random sample of ${formatCount(rows)} of ${formatCount(whole)} rows.` : `All ${formatCount(rows)} complete rows.`} Only who is near whom means something; distances between groups, their sizes and the axes do not.` } },
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: rows, format: 'count' },
          { name: 'Columns', value: columns.length, format: 'count' },
          ...(Number.isFinite(found.trust) ? [{ name: 'Trustworthiness', value: found.trust, format: 'number' as const, help: 'Are neighbours on the map neighbours in the data? 1 is perfect; below 0.9 the map misleads.' }] : []),
          ...(kept < columns.length ? [{ name: 'Variance in the components', value: held, format: 'percent' as const, help: 'Share of the variance left after the principal components that came first.' }] : []),
          { name: 'Iterations', value: found.iterations, format: 'count' },
        ],
      },
    ];
    if (found.trust < 0.9) report({ severity: 'warning', code: 'poor-map', message: `Trustworthiness is ${found.trust.toFixed(2)}: many neighbours on the map are no neighbours in the data.`, remedy: 'Try the other method, more neighbours, or fewer columns.', place: { param: ['method'] } });
    return { report: { kind: 'report', report: { title, blocks } }, table };
  },
};

type Tables = Parameters<NonNullable<NodeExecutor<UmapTsneParams>['run']>>[0]['tables'];

/** Centred (and standardised) values of the sample in the order of their places, row-major. */
async function centred(tables: Tables, relation: Relation, columns: readonly Column[], moments: { readonly means: readonly number[]; readonly deviations: readonly number[] }, { standardise }: UmapTsneParams, place: string): Promise<Float64Array> {
  const value = (column: Column, i: number): string => {
    const deviation = moments.deviations[i] ?? 0;
    return deviation === 0 ? '0::double' : `coalesce((${numberSql(column)} - ${sqlNumber(moments.means[i] ?? 0)}) / ${sqlNumber(standardise ? deviation : 1)}, 0)`;
  };
  const names = columns.map((_, i): Column => ({ name: `x${i}`, type: 'float' }));
  const text = `select ${columns.map((column, i) => `${value(column, i)} as x${i}`).join(', ')} from t order by ${quoteColumn(place)}`;
  // Single precision is enough once columns are centred.
  const { data } = await tables.matrix(sqlOver(relation, text, names), names.map(({ name }) => name));
  return Float64Array.from(data);
}

function rotate(data: Float64Array, rows: number, width: number, directions: readonly (readonly number[])[]): Float64Array<ArrayBuffer> {
  const out = new Float64Array(rows * directions.length);
  directions.forEach((direction, k) => {
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += (data[i * width + c] ?? 0) * (direction[c] ?? 0);
      out[i * directions.length + k] = sum;
    }
  });
  return out;
}
