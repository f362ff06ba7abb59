import { conv } from '../../autodiff/convolution.ts';
import { type ParameterShape, parameterCount, parameterViews } from '../../autodiff/flat-parameters.ts';
import { GraphBuilder, type Value } from '../../autodiff/graph-builder.ts';
import { add, gemm, mul, relu, sqrt, sub } from '../../autodiff/operators.ts';
import { concat, slice } from '../../autodiff/selection.ts';
import { reduceMean, reshape } from '../../autodiff/shaping.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { openNativeSession, tensor } from '../../worker/ort.ts';
import { finishedPass, type Network } from '../network/graphs.ts';
import type { Pass } from '../network/pass.ts';
import type { checkpointParts } from '../checkpoint.ts';
import { fitNetwork } from '../network/training-loop.ts';
import { normal, uniform } from '../random.ts';
import type { TrainHooks } from '../types.ts';
import type { NetworkOptions } from './forecast-types.ts';
import type { Series } from './series.ts';
import { seasonalNaive } from './smoothing.ts';

/** Windows trained on, at most; more are drawn from. */
const mostWindows = 100_000;
/** Windows forecast at a time. */
const forecastRows = 1024;

interface Shape {
  readonly lookback: number;
  readonly horizon: number;
  readonly season: number;
  readonly covariates: number;
  readonly options: NetworkOptions;
}

/** Kernels of dilated convolutions that look back only (van den Oord et al. 2016, Bai et al. 2018), then one dense layer to all steps at once. */
function parameterShapes({ horizon, covariates, options: { channels, layers } }: Shape): ParameterShape[] {
  return [
    ...Array.from({ length: layers }, (_, i) => [
      { name: `kernel${i}`, shape: [channels, i === 0 ? 1 + covariates : channels, 3] },
      { name: `bias${i}`, shape: [channels] },
    ]).flat(),
    { name: 'hidden', shape: [channels + horizon * covariates, 2 * channels] },
    { name: 'hiddenBias', shape: [2 * channels] },
    { name: 'output', shape: [2 * channels, horizon] },
    { name: 'outputBias', shape: [horizon] },
  ];
}

function initialParameters(shape: Shape, next: () => number): Float32Array {
  const shapes = parameterShapes(shape);
  const vector = new Float32Array(parameterCount(shapes));
  for (const [i, view] of parameterViews(vector, shapes).entries()) {
    const { name = '', shape: dims = [] } = shapes[i] ?? {};
    if (dims.length < 2) continue;
    const inputs = dims.length === 3 ? (dims[1] ?? 1) * 3 : (dims[0] ?? 1);
    // The last layer begins near 0: the network begins as the seasonal naive forecast, which it corrects.
    const spread = name === 'output' ? 0.01 : Math.sqrt(2 / inputs);
    for (let k = 0; k < view.length; k++) view[k] = spread * normal(next);
  }
  return vector;
}

/** Corrections [rows, horizon] to seasonal naive, in units of each window's spread. */
function forward({ g, parameters }: Pass, shape: Shape, past: Value, known: Value | null): Value {
  const { lookback, options: { channels, layers } } = shape;
  const [...rest] = parameters;
  const take = (): Value => rest.shift() as Value;
  let x = past;
  for (let i = 0; i < layers; i++) {
    const dilation = 2 ** i;
    const y = relu(g, conv(g, x, take(), take(), { dilation, before: [2 * dilation], after: [0] }));
    x = i === 0 ? y : add(g, x, y);
  }
  const last = reshape(g, slice(g, x, 2, lookback - 1, lookback), ['rows', channels]);
  const joined = known === null ? last : concat(g, [last, known], 1);
  const hidden = relu(g, gemm(g, joined, take(), take()));
  return gemm(g, hidden, take(), take());
}

function inputs(g: GraphBuilder, { lookback, horizon, covariates }: Shape): { past: Value; known: Value | null } {
  return { past: g.input('past', 'float', ['rows', 1 + covariates, lookback]), known: covariates === 0 ? null : g.input('known', 'float', ['rows', horizon * covariates]) };
}

function forecastNetwork(shape: Shape): Network {
  return {
    name: 'forecast',
    parameters: parameterShapes(shape),
    normalised: [],
    losses(pass) {
      const { g } = pass;
      const { past, known } = inputs(g, shape);
      const target = g.input('target', 'float', ['rows', shape.horizon]);
      const error = sub(g, forward(pass, shape, past, known), target);
      // Absolute errors, rounded near 0 (Charbonnier et al. 1994): outliers do not rule.
      const each = reduceMean(g, sqrt(g, add(g, mul(g, error, error), g.scalar(0.01))), [1], true);
      return { each, right: null, weights: null };
    },
  };
}

/** A place in a series from which to look back and ahead: `at` values are known. */
export interface Origin {
  readonly series: number;
  readonly at: number;
}

interface Scales {
  readonly means: readonly number[];
  readonly spreads: readonly number[];
}

function covariateScales(series: readonly Series[], count: number): Scales {
  const columns = Array.from({ length: count }, (_, j) => series.flatMap(({ covariates }) => Array.from(covariates[j] ?? [])));
  const means = columns.map((values) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length));
  const spreads = columns.map((values, j) => Math.sqrt(values.reduce((sum, value) => sum + (value - (means[j] ?? 0)) ** 2, 0) / Math.max(1, values.length)) || 1);
  return { means, spreads };
}

/** Windows as the network takes them, with what turns its answers back into values. */
function windows(series: readonly Series[], origins: readonly Origin[], shape: Shape, scales: Scales) {
  const { lookback, horizon, season, covariates } = shape;
  const width = (1 + covariates) * lookback;
  const past = new Float32Array(origins.length * width);
  const known = new Float32Array(origins.length * horizon * covariates);
  const target = new Float32Array(origins.length * horizon);
  const naive = new Float64Array(origins.length * horizon);
  const spreads = new Float64Array(origins.length);
  for (const [row, { series: index, at }] of origins.entries()) {
    const { values, covariates: columns } = series[index] as Series;
    const window = values.subarray(at - lookback, at);
    const mean = window.reduce((sum, value) => sum + value, 0) / lookback;
    const spread = Math.sqrt(window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / lookback) || 1;
    spreads[row] = spread;
    for (let i = 0; i < lookback; i++) past[row * width + i] = ((window[i] as number) - mean) / spread;
    naive.set(seasonalNaive(window, season, horizon), row * horizon);
    for (let i = 0; i < horizon; i++) target[row * horizon + i] = ((values[at + i] ?? 0) - (naive[row * horizon + i] as number)) / spread;
    for (let j = 0; j < covariates; j++) {
      const scaled = (i: number): number => ((columns[j]?.[i] ?? 0) - (scales.means[j] ?? 0)) / (scales.spreads[j] ?? 1);
      for (let i = 0; i < lookback; i++) past[row * width + (1 + j) * lookback + i] = scaled(at - lookback + i);
      for (let i = 0; i < horizon; i++) known[(row * covariates + j) * horizon + i] = scaled(at + i);
    }
  }
  const size = origins.length;
  const feeds = { past: tensor('float32', past, [size, 1 + covariates, lookback]), ...(covariates === 0 ? {} : { known: tensor('float32', known, [size, horizon * covariates]) }) };
  return { feeds, target: tensor('float32', target, [size, horizon]), naive, spreads };
}

export interface ForecastNetwork {
  readonly lookback: number;
  /** Forecasts [origins × horizon], one after another. */
  forecast(origins: readonly Origin[]): Promise<Float64Array>;
}

/** Steps looked back where nothing is said: two seasons, the horizon, at least 16 and at most a third of the shortest series. */
export function lookbackOf(series: readonly Series[], season: number, horizon: number, given: number): number {
  const shortest = series.reduce((least, { values }) => Math.min(least, values.length), Number.POSITIVE_INFINITY);
  const wanted = given > 0 ? given : Math.max(2 * season, horizon, 16);
  return Math.max(season, Math.min(wanted, Math.max(4, Math.floor(shortest / 3))));
}

/**
 * One network for all series, trained on every window whose steps ahead end at `ends` of its series or before. The last seventh of the
 * windows stops the training. Runs in a worker. `part`: where its states are kept.
 * @throws PenstockError `diverged`; CancelledError.
 */
export async function fitForecastNetwork(series: readonly Series[], ends: readonly number[], season: number, horizon: number, options: NetworkOptions, seed: number, hooks: TrainHooks, part: ReturnType<typeof checkpointParts>): Promise<ForecastNetwork | null> {
  const lookback = lookbackOf(series, season, horizon, options.lookback);
  const shape: Shape = { lookback, horizon, season, covariates: series[0]?.covariates.length ?? 0, options };
  const next = uniform(seed);
  const all = series.flatMap((_, index) => Array.from({ length: Math.max(0, (ends[index] ?? 0) - horizon - lookback + 1) }, (_unused, i): Origin => ({ series: index, at: lookback + i })));
  const chance = mostWindows / all.length;
  const origins = chance >= 1 ? all : all.filter(() => next() < chance);
  if (origins.length < 20) return null;
  const isLate = ({ series: index, at }: Origin): boolean => at > lookback + ((ends[index] ?? 0) - horizon - lookback) * (6 / 7);
  const rows = Int32Array.from(origins.keys());
  const scales = covariateScales(series, shape.covariates);
  const network = forecastNetwork(shape);
  const fitted = await part((checkpoint) =>
    fitNetwork(
      network,
      initialParameters(shape, next),
      {
        training: rows.filter((row) => !isLate(origins[row] as Origin)),
        validation: rows.filter((row) => isLate(origins[row] as Origin)),
        measuredRows: forecastRows,
        weights: null,
        feeds: (chosen) => {
          const { feeds, target } = windows(series, Array.from(chosen, (row) => origins[row] as Origin), shape, scales);
          return { ...feeds, target };
        },
      },
      { epochs: options.epochs, batchSize: 64, learningRate: options.learningRate, schedule: 'cosine', warmUp: 0.05, optimizer: 'adamw', weightDecay: 0.01, clipNorm: 1, earlyStopping: true, patience: 8, seed, ...(options.backend === undefined ? {} : { backend: options.backend }) },
      next,
      { ...hooks, ...(checkpoint === undefined ? {} : { checkpoint }) },
    ),
  );
  const g = new GraphBuilder();
  const { past, known } = inputs(g, shape);
  g.output('ahead', forward(finishedPass(g, network, fitted.parameters, fitted.statistics), shape, past, known));
  const model = encodeModel(g.build('forecast'));
  return {
    lookback,
    async forecast(wanted) {
      const session = await openNativeSession(model, 'training');
      const out = new Float64Array(wanted.length * horizon);
      try {
        for (let from = 0; from < wanted.length; from += forecastRows) {
          hooks.check();
          const { feeds, naive, spreads } = windows(series, wanted.slice(from, from + forecastRows), shape, scales);
          const ahead = (await session.run(feeds))['ahead']?.data as Float32Array;
          for (const [i, value] of ahead.entries()) out[from * horizon + i] = (naive[i] as number) + value * (spreads[Math.floor(i / horizon)] as number);
        }
      } finally {
        await session.release();
      }
      return out;
    },
  };
}
