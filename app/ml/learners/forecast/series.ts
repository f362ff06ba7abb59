import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { datedNumber } from '#app/sdk/model-input.ts';
import type { ForecastPayload } from './forecast-types.ts';
import { findGrid, type Grid, timeText } from './grid.ts';

/** One series on the grid. */
export interface Series {
  readonly name: string;
  /** Index of the first value on the grid. */
  readonly start: number;
  /** From the first to the last value; gaps are filled. */
  readonly values: Float64Array;
  /** 1 where there was a value. */
  readonly observed: Uint8Array;
  /** By column, as long as `values` and `horizon` steps more. */
  readonly covariates: readonly Float64Array[];
}

export interface PreparedSeries {
  readonly grid: Grid;
  readonly series: readonly Series[];
  readonly notes: readonly string[];
}

function timesOf({ times, options }: ForecastPayload): Float64Array {
  if (times instanceof Float64Array) return times;
  const kind = options.kind === 'date' ? 'date' : 'timestamp';
  return Float64Array.from(times, (text) => (text === null ? Number.NaN : (datedNumber(kind, text) ?? Number.NaN)));
}

/** Straight lines over gaps inside; the ends have values. */
function fillGaps(values: Float64Array): number {
  let filled = 0;
  let last = 0;
  for (let i = 1; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    for (let gap = last + 1; gap < i; gap++, filled++) values[gap] = (values[last] as number) + (((values[i] as number) - (values[last] as number)) * (gap - last)) / (i - last);
    last = i;
  }
  return filled;
}

/**
 * Rows in any order as series on one grid. Rows without a time are left out; rows without a value after a series' last one only say what
 * is known ahead.
 * @throws PenstockError `irregular-times`, `too-few-rows`, `duplicate-times`, `covariate-missing`, `not-positive`.
 */
export function prepareSeries(payload: ForecastPayload, least: number, check: () => void): PreparedSeries {
  const { values, series: names, covariates, options } = payload;
  const times = timesOf(payload);
  const groups = new Map<string, number[]>();
  const distinct = new Set<number>();
  let untimed = 0;
  for (let row = 0; row < times.length; row++) {
    if (Number.isNaN(times[row])) {
      untimed++;
      continue;
    }
    distinct.add(times[row] as number);
    const name = names?.[row] ?? '';
    const rows = groups.get(name);
    if (rows === undefined) groups.set(name, [row]);
    else rows.push(row);
  }
  check();
  const grid = findGrid(options.kind, [...distinct].sort((a, b) => a - b));
  const notes: string[] = [];
  if (untimed > 0) notes.push(`${untimed === 1 ? 'One row has' : `${formatCount(untimed)} rows have`} no time and ${untimed === 1 ? 'was' : 'were'} left out.`);
  let filled = 0;
  const short: string[] = [];
  const found: Series[] = [];
  for (const [name, rows] of [...groups].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    check();
    const byIndex = new Map<number, number>();
    for (const row of rows) {
      const index = grid.indexOf(times[row] as number) ?? 0;
      if (byIndex.has(index)) throw duplicate(name, timeText(options.kind, times[row] as number));
      byIndex.set(index, row);
    }
    const present = [...byIndex].filter(([, row]) => Number.isFinite(values[row])).map(([index]) => index);
    const [start, end] = [present.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY), present.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)];
    if (!(end - start + 1 >= least)) {
      short.push(name);
      continue;
    }
    const at = (of: Float64Array, index: number): number => of[byIndex.get(index) ?? -1] ?? Number.NaN;
    const own = Float64Array.from({ length: end - start + 1 }, (_, i) => at(values, start + i));
    if (options.logarithm && own.some((value) => value <= 0)) throw new PenstockError('not-positive', `${named(name)} has values that are not above 0, which have no logarithm.`, { remedy: 'Switch “Work on logarithms” off, or filter such rows out.', place: { param: ['logarithm'] } });
    const observed = Uint8Array.from(own, (value) => Number(!Number.isNaN(value)));
    filled += fillGaps(own);
    const known = covariates.map(({ name: column, values: of }) => {
      const all = Float64Array.from({ length: own.length + options.horizon }, (_, i) => at(of, start + i));
      const missing = all.findLastIndex((value) => Number.isNaN(value));
      if (missing >= own.length) throw ahead(column, name, timeText(options.kind, grid.timeOf(start + missing)), options.horizon);
      const first = all.findIndex((value) => !Number.isNaN(value));
      all.fill(all[first] ?? 0, 0, Math.max(0, first));
      fillGaps(all);
      return all;
    });
    found.push({ name, start, values: options.logarithm ? own.map(Math.log) : own, observed, covariates: known });
  }
  if (found.length === 0) throw new PenstockError('too-few-rows', `${groups.size === 1 ? 'The series has' : 'All series have'} fewer than ${least} steps, which is too few for this horizon and season.`, { remedy: 'Use a shorter horizon or season, or a longer history.', place: { param: ['horizon'] } });
  if (short.length > 0) notes.push(`${short.length === 1 ? `${named(short[0] ?? '')} is` : `${formatCount(short.length)} series are`} shorter than ${least} steps and ${short.length === 1 ? 'gets' : 'get'} no forecast.`);
  if (filled > 0) notes.push(`${filled === 1 ? 'One gap was' : `${formatCount(filled)} gaps were`} filled by a straight line; errors are measured on true values only.`);
  return { grid, series: found, notes };
}

const named = (name: string): string => (name === '' ? 'The series' : `The series “${name}”`);

function duplicate(name: string, time: string): PenstockError {
  return new PenstockError('duplicate-times', `${named(name)} has several rows for ${time}.`, { remedy: 'Choose the column that tells the series apart, or bring the rows together with Group By.', place: { param: ['series'] } });
}

function ahead(column: string, name: string, time: string, horizon: number): PenstockError {
  return new PenstockError('covariate-missing', `“${column}” is not known for ${time}${name === '' ? '' : ` of “${name}”`}, but the forecast needs it ${horizon} steps ahead.`, { remedy: 'Add rows for the coming times with this column filled and no value, use a shorter horizon, or leave the column out.', place: { column, param: ['covariates'] } });
}
