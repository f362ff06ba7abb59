import { PenstockError } from '#app/core/errors.ts';
import type { TaskAnswer, TaskHooks } from '../../worker/tasks.ts';
import { checkpointParts, createCheckpoint, hashOf } from '../checkpoint.ts';
import type { CheckpointMessage, TrainHooks, TrainMessage } from '../types.ts';
import { classical } from './classical.ts';
import { type BacktestRow, type ForecastPayload, type ForecastResult, type Method, methods, methodTitles, type MethodScore, type SeriesForecast } from './forecast-types.ts';
import { type Grid, stepWords, timeText, usualSeason } from './grid.ts';
import { conformalWidths, coverageOf } from './intervals.ts';
import { fitForecastNetwork, type Origin } from './network.ts';
import { prepareSeries, type Series } from './series.ts';
import { fitSmoothing, seasonalNaive } from './smoothing.ts';

/** Steps of the history that a chart shows. */
const shown = 300;

interface Backtest {
  /** Rising in time within each series. */
  readonly origins: readonly Origin[];
  /** The first origin of each series: nothing later is known before. */
  readonly firsts: readonly number[];
}

/** Origins spread evenly over the second half of each series, where a whole horizon of truth follows; the last one ends with the history. */
export function chooseOrigins(lengths: readonly number[], horizon: number, season: number, count: number): Backtest {
  const firsts: number[] = [];
  const origins = lengths.flatMap((length, series) => {
    const last = length - horizon;
    const first = Math.min(last, Math.max(Math.floor(length / 2), 2 * season, 4));
    firsts.push(first);
    const size = Math.min(count, last - first + 1);
    return [...new Set(Array.from({ length: size }, (_, i) => (size === 1 ? last : Math.round(first + ((last - first) * i) / (size - 1)))))].map((at): Origin => ({ series, at }));
  });
  return { origins, firsts };
}

/** Mean absolute seasonal difference before the first origin: the unit of a series' errors. */
function scaleOf({ values }: Series, season: number, first: number): number {
  let sum = 0;
  const count = Math.max(0, first - season);
  for (let i = season; i < first; i++) sum += Math.abs((values[i] as number) - (values[i - season] as number));
  return (count > 0 ? sum / count : 0) || 1;
}

/** Steps a series must have: a backtest with one origin at least, after two seasons. */
export const leastSteps = (horizon: number, season: number): number => Math.max(2 * season, 4) + horizon;

/**
 * Worker side: brings rows to regular series, forecasts from earlier times what followed (rolling origins), takes the method of least
 * error where it may choose, and forecasts what follows the last value, with intervals from the errors of the backtest.
 * @throws PenstockError those of `prepareSeries`, `network-data`, `diverged`; CancelledError.
 */
export async function forecastInWorker(payload: ForecastPayload, given: TaskHooks<TrainMessage | CheckpointMessage>): Promise<TaskAnswer<ForecastResult>> {
  const { options, checkpoint } = payload;
  // Smoothing and the network are fitted for the backtest and again for the forecast: one place for the states of all.
  const part = checkpointParts(checkpoint && createCheckpoint(checkpoint, () => aboutForecast(payload), (bytes) => given.send({ checkpoint: bytes })));
  const hooks: TrainHooks = given;
  const { horizon } = options;
  hooks.progress(0, 'Reading the series');
  // The usual season is only known with the step; series are measured against it below.
  const read = prepareSeries(payload, leastSteps(horizon, Math.max(1, options.season)), hooks.check);
  const { grid } = read;
  const usual = options.season > 0 ? options.season : usualSeason(grid);
  const longest = read.series.reduce((most, { values }) => Math.max(most, values.length), 0);
  const season = longest >= leastSteps(horizon, usual) ? usual : 1;
  const series = read.series.filter(({ values }) => values.length >= leastSteps(horizon, season));
  const notes = [...read.notes];
  if (season < usual) notes.push(`The history is too short for a season of ${usual} steps, so none is used.`);
  if (series.length < read.series.length) notes.push(`${read.series.length - series.length} series are shorter than two seasons and the horizon, and get no forecast.`);
  const { origins, firsts } = chooseOrigins(series.map(({ values }) => values.length), horizon, season, options.origins);
  const wanted: readonly Method[] = options.method === 'best' ? methods : [...new Set<Method>(['seasonal-naive', options.method])];

  const within = (from: number, to: number, quiet: boolean): TrainHooks => ({ ...hooks, progress: (fraction, message) => hooks.progress(fraction === null ? null : from + (to - from) * fraction, message), send: quiet ? () => undefined : hooks.send });
  const found = new Map<Method, Float64Array>();
  found.set('seasonal-naive', await classical(series, origins, horizon, (values) => seasonalNaive(values, season, horizon), within(0, 0.05, true)));
  if (wanted.includes('exponential-smoothing')) {
    hooks.progress(0.05, 'Backtest: exponential smoothing');
    found.set('exponential-smoothing', await part((own) => classical(series, origins, horizon, (values) => fitSmoothing(values, season).forecast(horizon), within(0.05, 0.3, true), own)));
  }
  if (wanted.includes('network')) {
    const trained = await fitForecastNetwork(series, firsts, season, horizon, options.network, options.seed, within(0.3, 0.55, true), part);
    const usable = trained !== null && origins.every(({ at }) => at >= trained.lookback);
    if (usable) found.set('network', await trained.forecast(origins));
    else if (options.method === 'network') throw new PenstockError('network-data', 'The history is too short to train a network on half of it: it needs at least 20 windows of the steps looked back and the horizon.', { remedy: 'Use exponential smoothing, a shorter horizon, or more series.', place: { param: ['method'] } });
    else notes.push('The history is too short for the network, which was left out.');
  }
  const scales = series.map((one, index) => scaleOf(one, season, firsts[index] ?? 0));
  const back = options.logarithm ? Math.exp : (value: number) => value;
  const scores = score(found, series, origins, horizon, back);
  const least = scores.reduce((best, one) => (one.meanError < best.meanError ? one : best));
  const method = options.method === 'best' ? least.method : options.method;

  hooks.progress(0.55, `Forecast: ${methodTitles[method].toLowerCase()}`);
  const ends = series.map(({ values }, index): Origin => ({ series: index, at: values.length }));
  const ahead = await finalForecast(method, series, ends, season, payload, within(0.55, 0.95, false), part);
  const errors = errorsByStep(found.get(method) ?? new Float64Array(), series, origins, scales, horizon);
  const { widths, enough } = conformalWidths(errors.map((ofStep) => ofStep.filter((error) => !Number.isNaN(error))), options.level);
  if (!enough) notes.push(`The backtest has too few forecasts for intervals of ${Math.round(options.level * 100)} %; they are as wide as the largest error seen. Use more origins or a lower level.`);
  const texts = (start: number, size: number): string[] => Array.from({ length: size }, (_, i) => timeText(options.kind, grid.timeOf(start + i)));
  const forecasts = series.map((one, index): SeriesForecast => {
    const values = Array.from(ahead.subarray(index * horizon, (index + 1) * horizon));
    const from = Math.max(0, one.values.length - shown);
    const half = (step: number): number => (widths[step] ?? 0) * (scales[index] ?? 1);
    return {
      name: one.name,
      times: texts(one.start + one.values.length, horizon),
      values: values.map(back),
      low: values.map((value, step) => back(value - half(step))),
      high: values.map((value, step) => back(value + half(step))),
      past: { times: texts(one.start + from, one.values.length - from), values: Array.from(one.values.subarray(from), (value, i) => (one.observed[from + i] === 1 ? back(value) : null)) },
    };
  });
  return {
    result: { method, season, step: stepWords(grid), forecasts, scores, backtest: rowsOf(found, method, series, origins, horizon, grid, back), coverage: coverageOf(inTime(errors, origins), options.level), notes },
  };
}

function aboutForecast({ options, times, values, series, covariates }: ForecastPayload): string {
  return hashOf([options, times instanceof Float64Array ? null : times, series, covariates.map(({ name }) => name)], [...(times instanceof Float64Array ? [times] : []), values, ...covariates.map((one) => one.values)]);
}

async function finalForecast(method: Method, series: readonly Series[], ends: readonly Origin[], season: number, { options }: ForecastPayload, hooks: TrainHooks, part: ReturnType<typeof checkpointParts>): Promise<Float64Array> {
  const { horizon } = options;
  if (method === 'seasonal-naive') return classical(series, ends, horizon, (values) => seasonalNaive(values, season, horizon), hooks);
  if (method === 'exponential-smoothing') return part((own) => classical(series, ends, horizon, (values) => fitSmoothing(values, season).forecast(horizon), hooks, own));
  const trained = await fitForecastNetwork(series, ends.map(({ at }) => at), season, horizon, options.network, options.seed, hooks, part);
  if (trained === null) throw new PenstockError('network-data', 'The history is too short to train a network on.', { remedy: 'Use exponential smoothing.', place: { param: ['method'] } });
  return trained.forecast(ends);
}

/** Calls `use` for every step of every origin whose truth is known. */
function eachTruth(series: readonly Series[], origins: readonly Origin[], horizon: number, use: (row: number, step: number, actual: number, series: number) => void): void {
  for (const [row, { series: index, at }] of origins.entries()) {
    const { values, observed } = series[index] as Series;
    for (let step = 0; step < horizon; step++) if (observed[at + step] === 1) use(row, step, values[at + step] as number, index);
  }
}

function score(found: ReadonlyMap<Method, Float64Array>, series: readonly Series[], origins: readonly Origin[], horizon: number, back: (value: number) => number): MethodScore[] {
  const measured = [...found].map(([method, forecasts]) => {
    const sums = new Float64Array(horizon);
    const counts = new Float64Array(horizon);
    let squares = 0;
    eachTruth(series, origins, horizon, (row, step, actual) => {
      const error = Math.abs(back(forecasts[row * horizon + step] as number) - back(actual));
      sums[step] = (sums[step] as number) + error;
      counts[step] = (counts[step] as number) + 1;
      squares += error * error;
    });
    const count = counts.reduce((sum, value) => sum + value, 0);
    return { method, meanError: sums.reduce((sum, value) => sum + value, 0) / count, rootError: Math.sqrt(squares / count), bySteps: Array.from(sums, (sum, step) => sum / (counts[step] as number)) };
  });
  const naive = measured.find(({ method }) => method === 'seasonal-naive')?.meanError ?? Number.NaN;
  return measured.map((one) => ({ ...one, ratio: naive > 0 ? one.meanError / naive : one.meanError === 0 ? 1 : Number.POSITIVE_INFINITY }));
}

/** [step][origin], over the series' scale; NaN where the truth is missing. */
function errorsByStep(forecasts: Float64Array, series: readonly Series[], origins: readonly Origin[], scales: readonly number[], horizon: number): number[][] {
  const errors = Array.from({ length: horizon }, () => new Array<number>(origins.length).fill(Number.NaN));
  eachTruth(series, origins, horizon, (row, step, actual, index) => {
    const ofStep = errors[step];
    if (ofStep !== undefined) ofStep[row] = Math.abs((forecasts[row * horizon + step] as number) - actual) / (scales[index] ?? 1);
  });
  return errors;
}

/** Errors with origins of all series by how far along their history they lie. */
function inTime(errors: readonly (readonly number[])[], origins: readonly Origin[]): number[][] {
  const last = new Map<number, number>();
  for (const { series, at } of origins) last.set(series, Math.max(last.get(series) ?? 0, at));
  const order = [...origins.keys()].sort((a, b) => {
    const left = (row: number): number => (last.get(origins[row]?.series ?? 0) ?? 0) - (origins[row]?.at ?? 0);
    return left(b) - left(a) || a - b;
  });
  return errors.map((ofStep) => order.map((row) => ofStep[row] ?? Number.NaN));
}

function rowsOf(found: ReadonlyMap<Method, Float64Array>, method: Method, series: readonly Series[], origins: readonly Origin[], horizon: number, grid: Grid, back: (value: number) => number): BacktestRow[] {
  const rows: BacktestRow[] = [];
  const [chosen, naive] = [found.get(method), found.get('seasonal-naive')];
  eachTruth(series, origins, horizon, (row, step, actual, index) => {
    const { name, start } = series[index] as Series;
    const at = start + (origins[row]?.at ?? 0);
    const text = (place: number): string => timeText(grid.kind, grid.timeOf(place));
    const i = row * horizon + step;
    rows.push({ series: name, origin: text(at - 1), time: text(at + step), step: step + 1, actual: back(actual), forecast: back(chosen?.[i] ?? Number.NaN), naive: back(naive?.[i] ?? Number.NaN) });
  });
  return rows;
}
