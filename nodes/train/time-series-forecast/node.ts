import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { backtestSchema, forecastSchema } from '#app/sdk/forecast.ts';
import { defineNode, type ConfigureContext, type ConfigureResult } from '#app/sdk/node.ts';
import { tableSchema } from '#app/sdk/trainer.ts';
import { backendParam } from '#app/sdk/training-params.ts';

const timeTypes = ['date', 'timestamp', 'integer'];
const numberTypes = ['integer', 'float'];

export const paramsSchema = z.object({
  time: z.string().default('').meta({ title: 'Time', description: 'Dates, times or whole numbers at a regular step.', control: 'column', from: 'table', types: timeTypes }),
  value: z.string().default('').meta({ title: 'Value', description: 'What to forecast.', control: 'column', from: 'table', types: numberTypes }),
  series: z.string().default('').meta({ title: 'Series', description: 'The column that tells series apart (shop, sensor …). None: one series.', control: 'column', from: 'table', types: ['string', 'integer'] }),
  horizon: z.int().min(1).max(1000).default(12).meta({ title: 'Horizon', description: 'Steps to forecast.', unit: 'steps', control: 'number', min: 1, max: 1000 }),
  method: z
    .enum(['best', 'seasonal-naive', 'exponential-smoothing', 'network'])
    .default('best')
    .meta({
      title: 'Method',
      labels: { best: 'The best in the backtest', 'seasonal-naive': 'Seasonal naive: as one season before', 'exponential-smoothing': 'Exponential smoothing (Holt–Winters)', network: 'Temporal convolution, one network for all series' },
    }),
  season: z.int().min(0).max(10_000).default(0).meta({ title: 'Season', description: 'Steps after which things repeat; 1: never. 0: what is usual for the step (12 months, 7 days, 24 hours).', unit: 'steps', control: 'number', min: 0 }),
  level: z.number().min(0.5).max(0.99).default(0.9).meta({ title: 'Interval', description: 'Share of true values that the intervals shall hold.', control: 'slider', min: 0.5, max: 0.99, step: 0.01 }),
  origins: z.int().min(1).max(500).default(20).meta({ title: 'Backtest', description: 'Forecasts made from earlier times, of each series, at most.', control: 'number', min: 1, max: 500 }),
  covariates: z.array(z.string()).default([]).meta({ title: 'Known ahead', description: 'Columns that are known for the coming steps, too (holidays, prices): rows without a value say them. Only the network uses them.', control: 'columns', from: 'table', types: ['integer', 'float', 'boolean'] }),
  logarithm: z.boolean().default(false).meta({ title: 'Work on logarithms', description: 'For values above 0 that grow or vary by percents.', advanced: true }),
  lookback: z.int().min(0).max(5000).default(0).meta({ title: 'Steps looked back', description: 'By the network; 0: two seasons.', unit: 'steps', control: 'number', min: 0, advanced: true }),
  channels: z.int().min(2).max(256).default(24).meta({ title: 'Channels', description: 'Of each layer of the network.', control: 'number', min: 2, max: 256, advanced: true }),
  layers: z.int().min(1).max(8).default(4).meta({ title: 'Layers', description: 'Each looks back twice as far as the one before.', control: 'number', min: 1, max: 8, advanced: true }),
  epochs: z.int().min(1).max(10_000).default(30).meta({ title: 'Epochs', description: 'Of the network, at most.', control: 'number', min: 1, advanced: true }),
  learningRate: z.number().positive().max(100).default(0.003).meta({ title: 'Learning rate', control: 'number', min: 0, step: 0.001, advanced: true }),
  backend: backendParam,
  seed: z.int().min(0).max(0xffff_ffff).nullable().default(null).meta({ title: 'Seed', description: 'Same seed, same network. Empty: a fixed one.', control: 'number', min: 0, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'train/time-series-forecast',
  version: 1,
  title: 'Time Series Forecast',
  summary: 'Forecasts values over time with intervals, and says by a backtest whether it beats repeating the last season.',
  keywords: ['forecasting', 'prediction', 'arima', 'ets', 'holt-winters', 'prophet', 'seasonality', 'temporal convolution', 'tcn', 'demand', 'backtest', 'conformal', 'Time Series'],
  inputs: [{ name: 'table', title: 'History', kind: 'table', arity: 'one', summary: 'One row a time (and series).' }],
  outputs: [
    { name: 'table', title: 'Forecast', kind: 'table', summary: 'One row a coming step (and series), with the interval.' },
    { name: 'backtest', title: 'Backtest', kind: 'table', summary: 'Forecasts from earlier times beside what came.' },
    { name: 'report', title: 'Report', kind: 'report' },
  ],
  params: paramsSchema,
  describe: ({ value, horizon, method }, say) => {
    if (value === '') return say`no value yet`;
    const how = { best: say`best method`, 'seasonal-naive': say`seasonal naive`, 'exponential-smoothing': say`exponential smoothing`, network: say`network` }[method];
    return `${value.slice(0, 24)} · ${say`${horizon} steps`}, ${how}`.slice(0, 60);
  },
  configure,
  suggest,
});

function configure(context: ConfigureContext<Params>): ConfigureResult {
  const schema = tableSchema(context);
  const { params } = context;
  const diagnostics: Diagnostic[] = [];
  const error = (code: string, message: string, remedy: string, param: string, column: string) => diagnostics.push({ severity: 'error', code, message, remedy, place: { param: [param], ...(column === '' ? {} : { column }) } });
  const check = (param: string, name: string, types: readonly string[], wanted: string) => {
    const column = schema?.find((candidate) => candidate.name === name);
    if (schema !== null && column === undefined) error('unknown-column', `The table has no column “${name}”.`, 'Choose the column again.', param, name);
    else if (column !== undefined && !types.includes(column.type)) error('column-type', `“${name}” is of type ${column.type}, but ${wanted}.`, 'Choose another column, or convert it before this node.', param, name);
    return column;
  };
  if (params.time === '') error('column-missing', 'No column with times is chosen.', 'Choose the column that says when.', 'time', '');
  if (params.value === '') error('column-missing', 'No column to forecast is chosen.', 'Choose the column with the values.', 'value', '');
  const time = params.time === '' ? undefined : check('time', params.time, timeTypes, 'times are dates, timestamps or whole numbers');
  if (params.value !== '') check('value', params.value, numberTypes, 'only numbers can be forecast');
  if (params.series !== '') check('series', params.series, ['string', 'integer'], 'series are told apart by text or whole numbers');
  for (const name of params.covariates) check('covariates', name, ['integer', 'float', 'boolean'], 'what is known ahead must be a number or true/false');
  const chosen = [params.time, params.value, params.series, ...params.covariates].filter((name) => name !== '');
  const twice = chosen.find((name, i) => chosen.indexOf(name) !== i);
  if (twice !== undefined) error('column-twice', `The column “${twice}” is chosen twice.`, 'Choose different columns.', params.covariates.includes(twice) ? 'covariates' : 'value', twice);
  if (params.covariates.length > 0 && params.method !== 'network' && params.method !== 'best') diagnostics.push({ severity: 'info', code: 'covariates-unused', message: 'This method does not use what is known ahead.', remedy: 'Choose temporal convolution, or leave the columns out.', place: { param: ['covariates'] } });
  if (time === undefined || params.value === '' || diagnostics.some(({ severity }) => severity === 'error')) return { outputs: { table: { kind: 'table', schema: null }, backtest: { kind: 'table', schema: null }, report: { kind: 'report' } }, diagnostics };
  const names = { time, value: params.value, series: params.series === '' ? null : params.series };
  return { outputs: { table: { kind: 'table', schema: forecastSchema(names) }, backtest: { kind: 'table', schema: backtestSchema(names) }, report: { kind: 'report' } }, diagnostics };
}

function suggest(context: ConfigureContext<Params>): Partial<Params> | null {
  const schema = tableSchema(context);
  if (schema === null || context.params.time !== '' || context.params.value !== '') return null;
  const time = schema.find(({ type }) => type === 'date' || type === 'timestamp') ?? schema.find(({ name, type }) => type === 'integer' && /^(time|year|week|day|month|t|index|period)$/i.test(name));
  const value = schema.findLast(({ name, type }) => numberTypes.includes(type) && name !== time?.name);
  return { ...(time === undefined ? {} : { time: time.name }), ...(value === undefined ? {} : { value: value.name }) };
}
