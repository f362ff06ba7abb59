import type { TrainCheckpoint, TrainHooks } from '../types.ts';
import type { Origin } from './network.ts';
import type { Series } from './series.ts';

/** Forecasts of the first origins; plain data. */
export interface ClassicalState {
  readonly rows: number;
  readonly out: Float64Array;
}

/** Forecasts [origins × horizon] of a method that is fitted anew at every origin; goes on from the origin that a killed run had come to. */
export async function classical(series: readonly Series[], origins: readonly Origin[], horizon: number, forecast: (values: Float64Array) => Float64Array, hooks: TrainHooks, checkpoint?: TrainCheckpoint): Promise<Float64Array> {
  const before = (checkpoint?.state ?? null) as ClassicalState | null;
  const out = before?.out ?? new Float64Array(origins.length * horizon);
  for (const [row, { series: index, at }] of origins.entries()) {
    if (row < (before?.rows ?? 0)) continue;
    hooks.check();
    checkpoint?.save((): ClassicalState => ({ rows: row, out }));
    if (row % 16 === 0) hooks.progress(row / origins.length);
    out.set(forecast((series[index] as Series).values.subarray(0, at)), row * horizon);
    // Lets a cancel in between long rows of fits.
    if (row % 64 === 63) await new Promise((resolve) => setImmediate(resolve));
  }
  return out;
}
