import { describe, expect, it } from 'vitest';
import reference from './shap.reference.json' with { type: 'json' };
import type { ScoreColumns } from './importance.ts';
import type { HeldRows } from './model-rows.ts';
import { sampledContributions, type SampledQuestion } from './sampled-shap.ts';

const names = ['a', 'b', 'c', 'd', 'idle'];
const heldOf = (rows: readonly (readonly number[])[]): HeldRows => ({
  rows: rows.length,
  numbers: Float64Array.from(rows, (_row, i) => i + 1),
  columns: Object.fromEntries(names.map((name, j) => [name, Float64Array.from(rows, (row) => row[j] ?? 0)])),
  truth: new Float64Array(),
  extras: [],
});

/** The formula of scripts/reference/shap.py. */
const score: ScoreColumns = async (columns, rows) => {
  const [a = [], b = [], c = [], d = []] = names.map((name) => columns[name] as Float64Array);
  return { rows, prediction: Float64Array.from({ length: rows }, (_unused, i) => Number(a[i]) * Number(b[i]) + 2 * Number(c[i]) + (Number(d[i]) > 0.5 ? Number(a[i]) : 0) - Number(b[i]) ** 2 / 4) as unknown as Float32Array };
};

const question = (more: Partial<SampledQuestion> = {}): SampledQuestion => ({
  signature: { task: 'regression', target: { name: 'y', type: 'float' }, inputs: names.map((name) => ({ name, type: 'float' })), features: names },
  held: heldOf(reference.rows),
  background: heldOf(reference.background),
  cls: 0,
  permutations: 200,
  seed: 3,
  resume: null,
  signal: new AbortController().signal,
  progress: () => undefined,
  score,
  ...more,
});

const valuesOf = async (asked: SampledQuestion) => {
  const { found, state } = await sampledContributions(asked);
  const output = found?.outputs[0];
  if (!found || !output?.errors) throw new Error('nothing was found');
  return { ...output, errors: output.errors, samples: found.samples, state };
};
const exact = reference.values.flat();

describe('sampled Shapley values', () => {
  it('are those of the definition, within errors that tell how far off they are', async () => {
    const { values, errors, base, outputs } = await valuesOf(question());
    expect(base).toBeCloseTo(reference.base, 9);
    const off = exact.map((value, i) => (values[i] ?? Number.NaN) - value);
    const told = off.flatMap((difference, i) => ((errors[i] ?? 0) > 1e-9 ? [difference / (errors[i] ?? 1)] : []));
    expect(told.length).toBeGreaterThan(80);
    // Of standardised differences about 1; the leftover that is dealt out makes them somewhat smaller.
    const spread = told.reduce((sum, z) => sum + z * z, 0) / told.length;
    expect(spread).toBeGreaterThan(0.4);
    expect(spread).toBeLessThan(1.5);
    expect(Math.max(...told.map(Math.abs))).toBeLessThan(5);
    // They lead from the base to the output, and a column that does nothing has nothing.
    reference.outputs.forEach((output, row) => {
      expect(outputs[row]).toBeCloseTo(output, 9);
      expect(values.slice(row * 5, row * 5 + 5).reduce((sum, value) => sum + value, base)).toBeCloseTo(output, 9);
      expect(values[row * 5 + 4]).toBeCloseTo(0, 12);
    });
  });

  it('come nearer with more orders, as the errors say', async () => {
    const few = await valuesOf(question({ permutations: 20 }));
    const many = await valuesOf(question({ permutations: 2000 }));
    const size = (list: ArrayLike<number>): number => Math.sqrt(Array.from(list).reduce((sum, value) => sum + value * value, 0) / list.length);
    const off = (values: Float64Array): number => size(exact.map((value, i) => (values[i] ?? 0) - value));
    expect(off(few.values) / off(many.values)).toBeGreaterThan(5);
    expect(size(few.errors) / size(many.errors)).toBeGreaterThan(7);
    expect(size(few.errors) / size(many.errors)).toBeLessThan(14);
  });

  it('are kept when cancelled, say from how many orders, and go on to the very values of an unbroken run', async () => {
    const cancel = new AbortController();
    let calls = 0;
    const stopping: ScoreColumns = async (columns, rows) => {
      calls += 1;
      // The first two score the background and the rows; then each call is one order.
      if (calls === 9) cancel.abort();
      return score(columns, rows);
    };
    const part = await valuesOf(question({ signal: cancel.signal, score: stopping }));
    expect(part.samples).toEqual({ asked: 200, least: 7, most: 7 });
    part.outputs.forEach((output, row) => expect(part.values.slice(row * 5, row * 5 + 5).reduce((sum, value) => sum + value, part.base)).toBeCloseTo(output, 9));
    const rest = await valuesOf(question({ resume: part.state }));
    const whole = await valuesOf(question());
    expect(rest.samples).toEqual({ asked: 200, least: 200, most: 200 });
    expect([...rest.values]).toEqual([...whole.values]);
    expect([...rest.errors]).toEqual([...whole.errors]);
    // A state of other rows does not count.
    const other = await valuesOf(question({ held: heldOf(reference.rows.map((row) => row.map((value) => value + 1))), resume: part.state, permutations: 3 }));
    expect(other.samples).toEqual({ asked: 3, least: 3, most: 3 });
  });

  it('are nothing when cancelled before every row had an order', async () => {
    const cancel = new AbortController();
    cancel.abort();
    expect((await sampledContributions(question({ signal: cancel.signal }))).found).toBeNull();
  });

  it('say that one order cannot tell an error', async () => {
    const { errors, values, outputs, base } = await valuesOf(question({ permutations: 1 }));
    expect([...errors].every(Number.isNaN)).toBe(true);
    outputs.forEach((output, row) => expect(values.slice(row * 5, row * 5 + 5).reduce((sum, value) => sum + value, base)).toBeCloseTo(output, 9));
  });
});
