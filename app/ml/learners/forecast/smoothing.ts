import { nelderMead } from './nelder-mead.ts';

/** Exponential smoothing with additive errors (Holt 1957, Winters 1960; state-space form and damping as in Hyndman et al. 2008). */

export interface SmoothingForm {
  readonly trend: 'none' | 'linear' | 'damped';
  /** Steps in a season; 1: none. */
  readonly season: number;
}

export interface SmoothingWeights {
  /** Of level, trend and season; the trend shrinks by φ each step. */
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
}

interface State {
  level: number;
  trend: number;
  readonly seasons: Float64Array;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Level and trend from the means of the first two seasons (without one: the first ten values), seasons as what the first ones are beyond that. */
function firstState(values: Float64Array, { trend, season }: SmoothingForm): State {
  const block = season > 1 ? season : Math.min(10, Math.max(1, Math.floor(values.length / 2)));
  const first = mean(values.subarray(0, block));
  const second = values.length >= 2 * block ? mean(values.subarray(block, 2 * block)) : first;
  const slope = trend === 'none' ? 0 : (second - first) / block;
  const seasons = new Float64Array(season);
  if (season > 1) {
    const cycles = Math.min(3, Math.floor(values.length / season));
    const drift = cycles > 1 ? (second - first) / season : 0;
    for (let i = 0; i < season; i++) for (let cycle = 0; cycle < cycles; cycle++) seasons[i] = (seasons[i] as number) + ((values[cycle * season + i] as number) - (first + drift * (cycle * season + i - (season - 1) / 2))) / cycles;
    const level = mean(seasons);
    for (let i = 0; i < season; i++) seasons[i] = (seasons[i] as number) - level;
  }
  // Before the first value: half a block back from the middle of the first one.
  return { level: first - (slope * (block + 1)) / 2, trend: slope, seasons };
}

/** Runs over the values; gives the sum of squared one-step errors and the state after the last. */
function run(values: Float64Array, form: SmoothingForm, { alpha, beta, gamma, phi }: SmoothingWeights): { squares: number; state: State } {
  const state = firstState(values, form);
  const { season } = form;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const at = i % season;
    const drift = form.trend === 'none' ? 0 : phi * state.trend;
    const error = (values[i] as number) - (state.level + drift + (state.seasons[at] as number));
    squares += error * error;
    state.level += drift + alpha * error;
    if (form.trend !== 'none') state.trend = drift + beta * error;
    if (season > 1) state.seasons[at] = (state.seasons[at] as number) + gamma * error;
  }
  return { squares, state };
}

const unit = (x: number | undefined): number => 1 / (1 + Math.exp(-(x ?? 0)));

/** Any real numbers as admissible weights: α in (0, 1), β below α, γ below 1 − α, φ in (0.8, 0.98) (the usual region). */
function weightsOf(x: ArrayLike<number>, { trend, season }: SmoothingForm): SmoothingWeights {
  let next = 0;
  const alpha = unit(x[next++]);
  const beta = trend === 'none' ? 0 : alpha * unit(x[next++]);
  const phi = trend !== 'damped' ? 1 : 0.8 + 0.18 * unit(x[next++]);
  const gamma = season > 1 ? (1 - alpha) * unit(x[next++]) : 0;
  return { alpha, beta, gamma, phi };
}

export interface Smoothing {
  readonly form: SmoothingForm;
  readonly weights: SmoothingWeights;
  /** Sum of squared one-step errors. */
  readonly squares: number;
  readonly aicc: number;
  forecast(horizon: number): Float64Array;
}

/** One form with the weights of least squared one-step error. `values`: finite, at least two. */
export function fitForm(values: Float64Array, form: SmoothingForm): Smoothing {
  const { trend } = form;
  const count = 1 + (trend === 'none' ? 0 : trend === 'linear' ? 1 : 2) + (form.season > 1 ? 1 : 0);
  const f = (x: Float64Array): number => run(values, form, weightsOf(x, form)).squares;
  const starts = [{ alpha: -1, beta: -2, phi: 0, gamma: -2 }, { alpha: 1, beta: -1, phi: 1, gamma: -3 }].map(({ alpha, beta, phi, gamma }) => [alpha, ...(trend === 'none' ? [] : [beta]), ...(trend === 'damped' ? [phi] : []), gamma].slice(0, count));
  const best = starts.map((start) => nelderMead(f, start, { most: 150 * count })).sort((a, b) => a.value - b.value)[0];
  const weights = weightsOf(best?.x ?? new Float64Array(count), form);
  const { squares, state } = run(values, form, weights);
  const n = values.length;
  // Weights, first states and the errors' variance; a perfect fit still has a finite criterion.
  const parameters = count + 1 + (form.trend === 'none' ? 0 : 1) + (form.season > 1 ? form.season - 1 : 0) + 1;
  const likelihood = n * Math.log(Math.max(squares / n, 1e-300));
  const aicc = n - parameters - 1 > 0 ? likelihood + 2 * parameters + (2 * parameters * (parameters + 1)) / (n - parameters - 1) : Number.POSITIVE_INFINITY;
  return {
    form,
    weights,
    squares,
    aicc,
    forecast: (horizon) => {
      let drift = 0;
      let shrunk = weights.phi;
      return Float64Array.from({ length: horizon }, (_, i) => {
        drift += form.trend === 'none' ? 0 : shrunk * state.trend;
        shrunk *= weights.phi;
        return state.level + drift + (state.seasons[(n + i) % form.season] as number);
      });
    },
  };
}

/** The form of least AICc: without a trend, with one that goes on or one that is damped, with or without a season (where two of it are there). */
export function fitSmoothing(values: Float64Array, season: number): Smoothing {
  const seasons = season > 1 && values.length >= 2 * season ? [1, season] : [1];
  const fits = seasons.flatMap((size) => (['none', 'linear', 'damped'] as const).map((trend) => fitForm(values, { trend, season: size })));
  return fits.reduce((best, fit) => (fit.aicc < best.aicc ? fit : best));
}

/** Each value as it was one season before; the last one where there is no season. Longer horizons repeat the last season. */
export function seasonalNaive(values: Float64Array, season: number, horizon: number): Float64Array {
  const size = values.length >= season ? season : 1;
  return Float64Array.from({ length: horizon }, (_, i) => values[values.length - size + (i % size)] as number);
}
