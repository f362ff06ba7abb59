import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers, runTask } from '../../worker/run-task.ts';
import { normal, uniform } from '../random.ts';
import { quietHooks } from '../testing.ts';
import { classical, type ClassicalState } from './classical.ts';
import { verdict } from './forecast-report.ts';
import { chooseOrigins } from './forecast-task.ts';
import type { ForecastOptions, ForecastPayload, ForecastResult } from './forecast-types.ts';
import { findGrid, stepWords, timeText, usualSeason } from './grid.ts';
import { prepareSeries } from './series.ts';
import { fitSmoothing } from './smoothing.ts';

afterAll(closeIdleWorkers);

const options: ForecastOptions = { kind: 'integer', method: 'best', horizon: 6, season: 12, origins: 20, level: 0.8, logarithm: false, network: { lookback: 0, channels: 12, layers: 3, epochs: 40, learningRate: 0.01 }, seed: 3 };
const payload = (values: Float64Array, given: Partial<ForecastOptions> = {}, more: Partial<ForecastPayload> = {}): ForecastPayload => ({
  options: { ...options, ...given },
  times: Float64Array.from(values.keys()),
  values,
  series: null,
  covariates: [],
  ...more,
});

describe('grid', () => {
  const days = (...texts: string[]): number[] => texts.map((text) => Date.parse(`${text}T00:00:00Z`) / 86_400_000);
  it('counts months by the calendar, ends of months too', () => {
    const ends = findGrid('date', days('2023-11-30', '2023-12-31', '2024-01-31', '2024-02-29', '2024-04-30'));
    expect([stepWords(ends), usualSeason(ends)]).toEqual(['one month', 12]);
    expect([3, 4, 5, 6].map((index) => timeText('date', ends.timeOf(index)))).toEqual(['2024-02-29', '2024-03-31', '2024-04-30', '2024-05-31']);
    const quarters = findGrid('date', days('2023-01-15', '2023-04-15', '2023-07-15'));
    expect([stepWords(quarters), usualSeason(quarters), timeText('date', quarters.timeOf(4))]).toEqual(['3 months', 4, '2024-01-15']);
  });
  it('finds other steps by the most frequent distance', () => {
    const weeks = findGrid('date', days('2024-01-01', '2024-01-08', '2024-01-22', '2024-01-29'));
    expect([stepWords(weeks), usualSeason(weeks), weeks.indexOf(weeks.timeOf(7))]).toEqual(['one week', 52, 7]);
    const minutes = findGrid('timestamp', [0, 900, 1800, 3600]);
    expect([stepWords(minutes), usualSeason(minutes), timeText('timestamp', minutes.timeOf(5))]).toEqual(['15 minutes', 96, '1970-01-01 01:15:00']);
  });
});

describe('series', () => {
  it('are ordered, filled and known ahead', () => {
    const values = Float64Array.of(4, Number.NaN, 1, Number.NaN, 8, Number.NaN);
    const { series, notes } = prepareSeries(payload(values, { horizon: 1 }, { times: Float64Array.of(2, 4, 0, 1, 3, Number.NaN), covariates: [{ name: 'open', values: Float64Array.of(1, 0, 1, Number.NaN, 0, 1) }] }), 3, () => undefined);
    expect(Array.from(series[0]?.values ?? [])).toEqual([1, 2.5, 4, 8]);
    expect(Array.from(series[0]?.observed ?? [])).toEqual([1, 0, 1, 1]);
    expect(Array.from(series[0]?.covariates[0] ?? [])).toEqual([1, 1, 1, 0, 0]);
    expect(notes.join(' ')).toMatch(/One row has no time.*One gap was filled/);
  });
  it('say what is not known ahead', () => {
    const covariates = [{ name: 'open', values: Float64Array.of(1, 1, 1, 1) }];
    expect(() => prepareSeries(payload(Float64Array.of(1, 2, 3, 4), { horizon: 2 }, { covariates }), 3, () => undefined)).toThrow(expect.objectContaining({ code: 'covariate-missing' }));
    expect(() => prepareSeries(payload(Float64Array.of(1, 0, 3, 4), { logarithm: true }), 3, () => undefined)).toThrow(expect.objectContaining({ code: 'not-positive' }));
  });
});

it('origins lie in the second half, with a whole horizon after each', () => {
  const { origins, firsts } = chooseOrigins([40, 12], 4, 3, 5);
  expect(firsts).toEqual([20, 6]);
  expect(origins.filter(({ series }) => series === 0).map(({ at }) => at)).toEqual([20, 24, 28, 32, 36]);
  expect(origins.filter(({ series }) => series === 1).map(({ at }) => at)).toEqual([6, 7, 8]);
});

const seasonal = (size: number, next: () => number): Float64Array => Float64Array.from({ length: size }, (_, i) => 50 + 0.3 * i + 10 * Math.sin((i * Math.PI) / 6) + 2 * normal(next));

describe('forecasts', () => {
  it('smoothing beats repeating the season where there is a trend, and its intervals hold', async () => {
    const next = uniform(5);
    const all = seasonal(246, next);
    const result = await runTask('forecast', payload(all.slice(0, 240), { method: 'exponential-smoothing', origins: 60 }));
    expect(result).toMatchObject({ method: 'exponential-smoothing', season: 12 });
    const score = result.scores.find(({ method }) => method === 'exponential-smoothing');
    expect(score?.ratio).toBeLessThan(0.8);
    expect(verdict(result)).toContain('less than repeating');
    expect(result.coverage).toBeGreaterThan(0.68);
    expect(result.backtest).toHaveLength(60 * 6);
    const [{ values, low, high, times } = { values: [], low: [], high: [], times: [] }] = result.forecasts;
    expect(times).toEqual(['240', '241', '242', '243', '244', '245']);
    for (const [i, value] of values.entries()) {
      expect(Math.abs(value - (all[240 + i] ?? 0))).toBeLessThan(8);
      expect((low[i] ?? 0) < value && value < (high[i] ?? 0)).toBe(true);
    }
  });

  it('says so where nothing beats repeating the season', async () => {
    // Exact repetition: smoothing cannot do better, and noise would only be learnt.
    const values = Float64Array.from({ length: 120 }, (_, i) => [3, 9, 4, 7, 1, 8, 2, 6, 5, 9, 4, 2][i % 12] ?? 0);
    const result = await runTask('forecast', payload(values, { network: { ...options.network, epochs: 2 } }));
    expect(result.method).toBe('seasonal-naive');
    expect(verdict(result)).toContain('Nothing beat seasonal naive');
    expect(verdict({ method: 'network', scores: [{ method: 'seasonal-naive', meanError: 1, rootError: 1, ratio: 1, bySteps: [] }, { method: 'network', meanError: 2, rootError: 2, ratio: 2, bySteps: [] }] })).toContain('Seasonal naive wins');
  });

  it('the network learns what the past does not say from what is known ahead, over several series', async () => {
    const next = uniform(9);
    const [count, size, horizon] = [4, 200, 4];
    const rows = Array.from({ length: count * (size + horizon) }, (_, i) => ({ series: Math.floor(i / (size + horizon)), t: i % (size + horizon), event: Number(next() < 0.25) }));
    const values = Float64Array.from(rows, ({ series, t, event }) => (t >= size ? Number.NaN : 20 + 5 * series + 3 * Math.sin((t * Math.PI) / 2) + 12 * event + 0.5 * normal(next)));
    const given = payload(values, { horizon, season: 4, method: 'network', network: { ...options.network, epochs: 60 } }, { times: Float64Array.from(rows, ({ t }) => t), series: rows.map(({ series }) => `s${series}`), covariates: [{ name: 'event', values: Float64Array.from(rows, ({ event }) => event) }] });
    const result = await runTask('forecast', given);
    expect(result.scores.find(({ method }) => method === 'network')?.ratio).toBeLessThan(0.4);
    for (const [index, { values: ahead }] of result.forecasts.entries()) {
      for (const [i, value] of ahead.entries()) {
        const t = size + i;
        const event = rows[index * (size + horizon) + t]?.event ?? 0;
        expect(Math.abs(value - (20 + 5 * index + 3 * Math.sin((t * Math.PI) / 2) + 12 * event))).toBeLessThan(5);
      }
    }
    expect((await runTask('forecast', given)).forecasts).toEqual(result.forecasts);
  });

  it('works on logarithms and gives back values', async () => {
    const next = uniform(2);
    const values = Float64Array.from({ length: 120 }, (_, i) => Math.exp(3 + 0.02 * i + 0.3 * Math.sin((i * Math.PI) / 6) + 0.02 * normal(next)));
    const result = await runTask('forecast', payload(values, { logarithm: true, method: 'exponential-smoothing' }));
    const [one] = result.forecasts;
    for (const [i, value] of (one?.values ?? []).entries()) {
      const truth = Math.exp(3 + 0.02 * (120 + i) + 0.3 * Math.sin(((120 + i) * Math.PI) / 6));
      expect(Math.abs(value / truth - 1)).toBeLessThan(0.12);
      expect(one?.low[i]).toBeGreaterThan(0);
    }
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    const work = runTask('forecast', payload(seasonal(400, uniform(1)), { method: 'network', network: { ...options.network, epochs: 9999 } }), { signal: controller.signal, onProgress: (fraction) => (fraction ?? 0) > 0.1 && controller.abort() });
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  });
});

it('a killed training of the network goes on to the very forecast of an unbroken one, from its backtest or after it', async () => {
  const given = payload(seasonal(120, uniform(9)), { method: 'network', network: { ...options.network, epochs: 12 } });
  const run = async (resume: Uint8Array | null): Promise<{ readonly result: ForecastResult; readonly states: Uint8Array[]; readonly first: number }> => {
    const states: Uint8Array[] = [];
    const epochs: number[] = [];
    const onProgress = (_fraction: number | null, message = ''): void => void epochs.push(...[...message.matchAll(/^Epoch (\d+)/g)].map(([, epoch]) => Number(epoch)));
    const result = await runTask('forecast', { ...given, checkpoint: { resume, everyMs: 0 } }, { onProgress, onMessage: (message) => 'checkpoint' in message && states.push(message.checkpoint) });
    return { result, states, first: epochs[0] ?? Number.NaN };
  };
  const whole = await run(null);
  expect(whole.first).toBe(1);
  for (const at of [0, -1]) {
    const again = await run(whole.states.at(at) ?? null);
    expect(again.result).toEqual(whole.result);
    // It did go on rather than begin anew.
    expect(again.first).not.toBe(1);
  }
  const other = await runTask('forecast', { ...given, options: { ...given.options, seed: 4 }, checkpoint: { resume: whole.states.at(-1) ?? null } });
  expect(other).toEqual(await runTask('forecast', { ...given, options: { ...given.options, seed: 4 } }));
});

it('killed smoothing goes on at the origin that it had come to', async () => {
  const series = [{ name: '', start: 0, values: seasonal(60, uniform(9)), observed: new Uint8Array(60).fill(1), covariates: [] }];
  const origins = [30, 35, 40, 45, 50].map((at) => ({ series: 0, at }));
  const states: ClassicalState[] = [];
  let fits = 0;
  const run = (state: ClassicalState | null): Promise<Float64Array> => {
    const forecast = (values: Float64Array): Float64Array => {
      fits += 1;
      return fitSmoothing(values, 4).forecast(3);
    };
    return classical(series, origins, 3, forecast, quietHooks(), { state, save: (make) => void states.push(structuredClone(make() as ClassicalState)) });
  };
  const whole = await run(null);
  expect(fits).toBe(5);
  for (const at of [1, 4]) {
    fits = 0;
    expect(await run(structuredClone(states[at] ?? null))).toEqual(whole);
    expect(fits).toBe(5 - at);
  }
});

it.each([0, -1])('a forecast by smoothing is the same from any state that it left: %d', async (at) => {
  const given = payload(seasonal(160, uniform(9)), { method: 'exponential-smoothing', origins: 40 });
  const states: Uint8Array[] = [];
  const run = (resume: Uint8Array | null): Promise<ForecastResult> => runTask('forecast', { ...given, checkpoint: { resume, everyMs: 0 } }, { onMessage: (message) => 'checkpoint' in message && states.push(message.checkpoint) });
  const whole = await run(null);
  expect(states.length).toBeGreaterThan(0);
  expect(await run(states.at(at) ?? null)).toEqual(whole);
});
