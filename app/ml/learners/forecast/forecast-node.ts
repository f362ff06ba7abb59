import { PenstockError } from '#app/core/errors.ts';
import { cast, col, named, project } from '#app/relation/build.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { backtestSchema, type ForecastColumns, forecastSchema } from '#app/sdk/forecast.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { PortValue, TableValue } from '#app/sdk/ports.ts';
import { runTask } from '../../worker/run-task.ts';
import { keepStates } from '../checkpoint.ts';
import { forecastReport } from './forecast-report.ts';
import { type ForecastOptions, type ForecastPayload, methodTitles } from './forecast-types.ts';

/** Cells of the table that are held in memory. */
const mostCells = 20_000_000;

export interface ForecastSpec {
  readonly time: string;
  readonly value: string;
  /** Empty: one series. */
  readonly series: string;
  readonly covariates: readonly string[];
  readonly options: Omit<ForecastOptions, 'kind'>;
}

type Services = Pick<RunContext<unknown>, 'inputs' | 'tables' | 'signal' | 'progress' | 'metric' | 'log' | 'checkpoint'>;

/**
 * What the forecast node does: reads the columns, lets the worker forecast, and writes forecast and backtest as tables and a report.
 * @throws PenstockError `input-missing`, `unknown-column`, `table-too-large`, those of `forecastInWorker`; CancelledError.
 */
export async function runForecast(context: Services, spec: ForecastSpec): Promise<Record<string, PortValue>> {
  const { tables, signal } = context;
  const table = context.inputs['table']?.[0];
  if (table?.kind !== 'table') throw new PenstockError('input-missing', 'There is no table to forecast from.', { remedy: 'Connect a table with a time and a value.' });
  const time = find(table.schema, spec.time, 'time');
  const payload = await readRows(table, spec, time, tables);
  signal.throwIfAborted();
  const states = await keepStates(context.checkpoint);
  const result = await runTask('forecast', { ...payload, ...states.payload }, {
    signal,
    onProgress: (fraction, message) => context.progress(fraction === null ? null : 0.05 + 0.9 * fraction, message),
    onMessage: (message) => ('name' in message ? context.metric(message.name, message.value, message.step) : states.keep(message.checkpoint)),
  }).finally(states.settled);
  for (const note of result.notes) context.log('warning', note);
  const chosen = result.scores.find(({ method }) => method === result.method);
  context.log('info', `${methodTitles[result.method]}, season ${result.season}, steps of ${result.step}`);
  if (chosen !== undefined) context.metric('meanError', chosen.meanError);

  const names: ForecastColumns = { time, value: spec.value, series: spec.series === '' ? null : spec.series };
  const lines = result.forecasts.flatMap(({ name, times, values, low, high }) => times.map((at, i): Cell[] => [...(names.series === null ? [] : [name]), at, values[i] ?? null, low[i] ?? null, high[i] ?? null]));
  const tested = result.backtest.map(({ series, origin, time: at, step, actual, forecast, naive }): Cell[] => [...(names.series === null ? [] : [series]), at, actual, forecast, naive, origin, step]);
  return {
    table: await writeTable(forecastSchema(names), lines, 'forecast', tables),
    backtest: await writeTable(backtestSchema(names), tested, 'backtest', tables),
    report: { kind: 'report', report: forecastReport(result, { time: spec.time, value: spec.value, level: spec.options.level, isTime: time.type !== 'integer', chosen: spec.options.method === 'best' }) },
  };
}

type Cell = string | number | null;

function find(schema: Schema, name: string, param: string): Column {
  const column = schema.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  throw new PenstockError('unknown-column', name === '' ? `No column is chosen for “${param}”.` : `The table has no column “${name}”.`, { remedy: 'Choose the columns in the parameters.', place: { param: [param], ...(name === '' ? {} : { column: name }) } });
}

async function readRows(table: TableValue, spec: ForecastSpec, time: Column, tables: Services['tables']): Promise<ForecastPayload> {
  const wanted = [find(table.schema, spec.value, 'value'), ...spec.covariates.map((name) => find(table.schema, name, 'covariates'))];
  const series = spec.series === '' ? null : find(table.schema, spec.series, 'series');
  const count = await tables.count(table.relation);
  if (count * (wanted.length + 2) > mostCells) throw new PenstockError('table-too-large', 'The table is too large to forecast from in memory.', { remedy: 'Bring the rows to longer steps with Group By, or forecast fewer series.' });
  const columns = [named('time', time.type === 'integer' ? col(time.name) : cast(col(time.name), 'string')), ...(series === null ? [] : [named('series', cast(col(series.name), 'string'))]), ...wanted.map((column, i) => named(`value${i}`, cast(col(column.name), 'float')))];
  // Written, so that columns read one after the other belong together.
  const { relation } = await tables.materialise(project(table.relation, columns), 'series');
  const numbers = async (name: string): Promise<Float64Array> => {
    const values = await tables.column(relation, name);
    return values instanceof Float64Array ? values : Float64Array.from(values, Number);
  };
  const texts = async (name: string): Promise<(string | null)[]> => {
    const values = await tables.column(relation, name);
    return values instanceof Float64Array ? Array.from(values, String) : values;
  };
  const kind = time.type === 'integer' ? 'integer' : time.type === 'date' ? 'date' : 'timestamp';
  return {
    options: { ...spec.options, kind },
    times: kind === 'integer' ? await numbers('time') : await texts('time'),
    values: await numbers('value0'),
    series: series === null ? null : await texts('series'),
    covariates: await Promise.all(spec.covariates.map(async (name, i) => ({ name, values: await numbers(`value${i + 1}`) }))),
  };
}

/** Rows as a table; times come as text and get their type in SQL. */
async function writeTable(schema: Schema, rows: readonly (readonly Cell[])[], label: string, tables: Services['tables']): Promise<TableValue> {
  const isDated = ({ type }: Column): boolean => type === 'date' || type === 'timestamp';
  const written = await tables.fromColumns(
    schema.map((column, i) => ({ name: column.name, type: isDated(column) ? 'string' : column.type, values: rows.map((row) => (column.type === 'integer' && row[i] !== null ? Number(row[i]) : (row[i] ?? null))) })),
    label,
  );
  if (!schema.some(isDated)) return written;
  return tables.materialise(project(written.relation, schema.map((column) => named(column.name, isDated(column) ? cast(col(column.name), column.type) : col(column.name)))), label);
}
