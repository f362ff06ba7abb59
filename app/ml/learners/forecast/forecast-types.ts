import type { StatesPayload } from '../checkpoint.ts';
import type { Backend } from '../network/stepper.ts';
import type { TimeKind } from './grid.ts';

export const methods = ['seasonal-naive', 'exponential-smoothing', 'network'] as const;
export type Method = (typeof methods)[number];

export const methodTitles: Readonly<Record<Method, string>> = {
  'seasonal-naive': 'Seasonal naive',
  'exponential-smoothing': 'Exponential smoothing',
  network: 'Temporal convolution',
};

export interface NetworkOptions {
  /** Steps looked back; 0: by season and horizon. */
  readonly lookback: number;
  readonly channels: number;
  readonly layers: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Default: ONNX Runtime. */
  readonly backend?: Backend;
}

export interface ForecastOptions {
  readonly kind: TimeKind;
  /** `best`: the one of least error in the backtest. */
  readonly method: Method | 'best';
  readonly horizon: number;
  /** Steps in a season; 0: what is usual for the step. */
  readonly season: number;
  /** Forecasts made in the backtest, of each series, at most. */
  readonly origins: number;
  /** Share of true values that intervals shall hold. */
  readonly level: number;
  /** Works on logarithms, and gives back values. */
  readonly logarithm: boolean;
  readonly network: NetworkOptions;
  readonly seed: number;
}

/** Rows of the table, in any order. */
export interface ForecastPayload {
  readonly options: ForecastOptions;
  /** ISO text, or whole numbers. */
  readonly times: readonly (string | null)[] | Float64Array;
  /** NaN: missing. */
  readonly values: Float64Array;
  /** Null: one series. */
  readonly series: readonly (string | null)[] | null;
  /** Numbers known ahead, by column; NaN: missing. */
  readonly covariates: readonly { readonly name: string; readonly values: Float64Array }[];
  /** Present where states of the network are kept. */
  readonly checkpoint?: StatesPayload;
}

export interface SeriesForecast {
  readonly name: string;
  /** As in the table: ISO text or whole numbers as text. */
  readonly times: readonly string[];
  readonly values: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** The last of the history, for a chart. */
  readonly past: { readonly times: readonly string[]; readonly values: readonly (number | null)[] };
}

export interface MethodScore {
  readonly method: Method;
  readonly meanError: number;
  readonly rootError: number;
  /** Mean error over that of seasonal naive. */
  readonly ratio: number;
  /** Mean absolute error by step, 1…horizon. */
  readonly bySteps: readonly number[];
}

/** One forecast of the backtest beside the truth. */
export interface BacktestRow {
  readonly series: string;
  /** The last time that the forecast knew. */
  readonly origin: string;
  readonly time: string;
  readonly step: number;
  readonly actual: number;
  readonly forecast: number;
  readonly naive: number;
}

export interface ForecastResult {
  readonly method: Method;
  readonly season: number;
  readonly step: string;
  readonly forecasts: readonly SeriesForecast[];
  readonly scores: readonly MethodScore[];
  readonly backtest: readonly BacktestRow[];
  /** Share of later forecasts that intervals made of earlier ones held; null where there are too few. */
  readonly coverage: number | null;
  readonly notes: readonly string[];
}
