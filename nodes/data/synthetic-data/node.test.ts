import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import { categoriesOf, termsOf } from './spec.ts';

describeFixtures(import.meta.url);

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

const make = async (params: Record<string, unknown>) => {
  const document = fixtureDocument({ nodes: [{ id: 'n', type: 'data/synthetic-data', params }], edges: [] }, opened.engine.catalogue);
  expect((await opened.run(document)).nodes.n?.status).toBe('succeeded');
  return opened.table(document, 'n', 'table');
};
const numbers = (rows: readonly (readonly unknown[])[], column: number): number[] => rows.map((row) => Number(row[column]));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

describe('columns', () => {
  it('do not change when others do', async () => {
    const normal = { generator: 'normal', name: 'x' };
    const alone = await make({ rows: 50, columns: [normal] });
    const beside = await make({ rows: 50, columns: [normal, { generator: 'name', name: 'who' }] });
    expect(beside.rows.map(([x]) => [x])).toEqual(alone.rows);
    expect((await make({ rows: 50, seed: 2, columns: [normal] })).rows).not.toEqual(alone.rows);
  });

  it('have the distribution they promise, and nothing to do with each other', async () => {
    // 60 000 draws: the standard error of a mean is 0.004, so 0.02 is five of them.
    const { rows } = await make({ rows: 60_000, columns: [{ generator: 'normal', name: 'a' }, { generator: 'normal', name: 'b' }, { generator: 'uniform', name: 'u', missing: 0.2 }] });
    const [a, b] = [numbers(rows, 0), numbers(rows, 1)];
    expect(Math.abs(mean(a))).toBeLessThan(0.02);
    expect(Math.abs(deviation(a) - 1)).toBeLessThan(0.02);
    expect(Math.abs(mean(a.map((value, i) => value * (b[i] ?? 0))))).toBeLessThan(0.02);
    expect(Math.abs(mean(a.slice(1).map((value, i) => value * (a[i] ?? 0))))).toBeLessThan(0.02);
    expect(Math.abs(mean(a.map((value) => value ** 4)) - 3)).toBeLessThan(0.15);
    const missing = rows.filter((row) => row[2] === null).length / rows.length;
    expect(Math.abs(missing - 0.2)).toBeLessThan(0.01);
  });

  it('of text keep to their pattern', async () => {
    const { rows } = await make({ rows: 500, columns: [{ generator: 'pattern', name: 'p', pattern: 'A-@@?##/ö\'############' }, { generator: 'name', name: 'who' }, { generator: 'timestamp', name: 't', from: '2024-01-01', to: '2024-01-01 00:00:59' }] });
    for (const [text, who, t] of rows) {
      expect(text).toMatch(/^A-[A-Z]{2}[a-z]\d{2}\/ö'\d{12}$/);
      expect(who).toMatch(/^\p{L}+ \p{L}+$/u);
      expect(t).toMatch(/^2024-01-01 00:00:[0-5]\d$/);
    }
    expect(new Set(rows.map(([text]) => text)).size).toBe(500);
  });
});

describe('datasets', () => {
  it('lie where they should without noise', async () => {
    const moons = await make({ rows: 200, preset: 'moons', noise: 0 });
    for (const [x, y, label] of moons.rows) {
      const [dx, dy] = label === 'outer' ? [Number(x), Number(y)] : [1 - Number(x), 0.5 - Number(y)];
      expect(Math.hypot(dx, dy)).toBeCloseTo(1, 12);
      expect(dy).toBeGreaterThanOrEqual(0);
    }
    const circles = await make({ rows: 200, preset: 'circles', noise: 0, factor: 0.3 });
    for (const [x, y, label] of circles.rows) expect(Math.hypot(Number(x), Number(y))).toBeCloseTo(label === 'outer' ? 1 : 0.3, 12);
    expect(Math.min(...numbers(circles.rows, 1))).toBeLessThan(-0.9);
  });

  it('have classes of equal size, blobs around centres of their own', async () => {
    const { rows } = await make({ rows: 900, preset: 'blobs', classes: 3, features: 2, deviation: 0.1 });
    for (const label of ['c1', 'c2', 'c3']) {
      const own = rows.filter((row) => row[2] === label);
      expect(own).toHaveLength(300);
      expect(deviation(numbers(own, 0))).toBeCloseTo(0.1, 1);
    }
  });

  it('give a target that least squares explains', async () => {
    const { rows, schema } = await make({ rows: 2000, preset: 'regression', features: 3, informative: 1, noise: 1 });
    expect(schema.map(({ name }) => name)).toEqual(['x1', 'x2', 'x3', 'y']);
    const [x, y] = [numbers(rows, 0), numbers(rows, 3)];
    const weight = mean(x.map((value, i) => value * (y[i] ?? 0))) / mean(x.map((value) => value * value));
    expect(deviation(y.map((value, i) => value - weight * (x[i] ?? 0)))).toBeCloseTo(1, 0);
  });
});

describe('lists in text', () => {
  it('have weights where given', () => {
    expect(categoriesOf('a:3, b , c: .5')).toEqual([{ value: 'a', weight: 3 }, { value: 'b', weight: 1 }, { value: 'c', weight: 0.5 }]);
    expect(categoriesOf(' , ')).toBeNull();
    expect(termsOf('age * 0.5, income*-2, x')).toEqual([{ column: 'age', weight: 0.5 }, { column: 'income', weight: -2 }, { column: 'x', weight: 1 }]);
    expect(termsOf('a * b')).toBeNull();
  });
});
