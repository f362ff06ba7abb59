import { describe, expect, it } from 'vitest';
import type { Schema } from '#app/relation/types.ts';
import { trainingRows } from './golden-file.ts';

const inputs: Schema = [{ name: 'x', type: 'float' }, { name: 'city', type: 'string' }, { name: 'day', type: 'date' }, { name: 'ok', type: 'boolean' }];
const isoDay = (row: number): string => new Date(row * 86_400_000).toISOString().slice(0, 10);
const columnsOf = (rows: readonly number[]) => ({
  x: Float64Array.from(rows, (row) => (row % 7 === 0 ? Number.NaN : row / 3)),
  city: rows.map((row) => (row % 5 === 0 ? null : `city ${row % 11}`)),
  day: Float64Array.from(rows),
  ok: Float64Array.from(rows, (row) => row % 2),
});
/** As golden rows hold them: dates as text, true/false as such, a row of nothing and one of texts never seen at the end. */
const golden = {
  rows: 102,
  inputs: {
    x: [...Array.from({ length: 100 }, (_unused, row) => (row % 7 === 0 ? null : row / 3)), null, 1],
    city: [...Array.from({ length: 100 }, (_unused, row) => (row % 5 === 0 ? '' : `city ${row % 11}`)), null, '\u2603 never seen'],
    day: [...Array.from({ length: 100 }, (_unused, row) => isoDay(row)), null, isoDay(0)],
    ok: [...Array.from({ length: 100 }, (_unused, row) => row % 2 === 1), null, true],
  },
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_unused, i) => from + i);

describe('training rows', () => {
  it('are recognised among others, whatever the part of the table they are in', () => {
    const training = trainingRows(golden, inputs);
    training.look(columnsOf(range(50, 400)), 350);
    expect(training.found()).toBe(false);
    training.look(columnsOf(range(0, 50)), 50);
    expect(training.found()).toBe(true);
  });

  it('are not found in other rows of the same kind, nor where one value differs', () => {
    const others = trainingRows(golden, inputs);
    others.look(columnsOf(range(100, 1000)), 900);
    const changed = trainingRows(golden, inputs);
    changed.look({ ...columnsOf(range(0, 100)), ok: new Float64Array(100) }, 100);
    expect([others.found(), changed.found()]).toEqual([false, false]);
  });

  it('cannot be told where there are few different ones', () => {
    const training = trainingRows({ rows: 100, inputs: { ok: golden.inputs.ok.slice(0, 100) } }, inputs.slice(3));
    training.look(columnsOf(range(0, 100)), 100);
    expect(training.found()).toBe(false);
  });
});
