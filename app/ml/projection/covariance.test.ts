import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '#app/data/index.ts';
import type { Column, Relation } from '#app/relation/types.ts';
import { ask, toNumber } from '#app/sdk/analysis.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { componentsOf } from './components.ts';
import { momentsOf } from './covariance.ts';
import { componentsOfCovariance, principalComponents } from './principal.ts';
import { normal, uniform } from '../learners/random.ts';

let database: Database;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-moments-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  closeIdleWorkers();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('moments of a table that is multiplied by kernels', () => {
  // 50,000 rows of 26 columns: far from zero, tiny, constant, with missing and infinite values, and plain.
  const schema = Array.from({ length: 26 }, (_, i): Column => ({ name: `c${i}`, type: 'float' }));
  const sql = schema.map((_, i) => {
    const noise = `hash(r * 31 + ${i}) % 100003 / 100003.0 + hash(r) % 997 / 997.0`;
    return i === 0 ? `1e6 + ${noise}` : i === 1 ? `1e-9 * (${noise})` : i === 2 ? '7.5' : i === 3 ? `case when r % 10 = 3 then null when r % 1000 = 5 then 'infinity'::double else ${noise} end` : noise;
  });
  const text = `select ${sql.map((value, i) => `(${value})::double as c${i}`).join(', ')} from range(50000) rows(r)`;
  const relation: Relation = { op: 'sql', inputs: [], text, schema };

  for (const missing of ['drop', 'mean'] as const) {
    it(`are those of SQL: ${missing}`, async () => {
      const found = await momentsOf(database as unknown as Parameters<typeof momentsOf>[0], relation, schema, { standardise: false, missing });
      const read = schema.map((_, i) => (i === 3 ? `case when isfinite(c3) then c3 end` : `c${i}`));
      const filled = missing === 'drop' ? read : read.map((value, i) => (i === 3 ? `coalesce(${value}, (select avg(c3) from t where isfinite(c3)))` : value));
      const pairs = [[0, 0], [0, 1], [1, 1], [2, 5], [3, 3], [3, 4], [4, 5], [25, 7]] as const;
      const where = missing === 'drop' ? ' where isfinite(c3)' : '';
      const [wanted = []] = await ask(database as unknown as Parameters<typeof ask>[0], relation, `select count(*), ${pairs.map(([a, b]) => `covar_samp(${filled[a] ?? ''}, ${filled[b] ?? ''})`).join(', ')} from t${where}`, ['integer', ...pairs.map(() => 'float' as const)]);
      expect(found).toMatchObject({ total: 50_000, rows: toNumber(wanted[0]) });
      expect(found.deviations[2]).toBe(0);
      pairs.forEach(([a, b], at) => {
        const size = (found.deviations[a] ?? 0) * (found.deviations[b] ?? 0);
        expect(Math.abs((found.covariance[a]?.[b] ?? Number.NaN) - toNumber(wanted[at + 1]))).toBeLessThanOrEqual(1e-6 * size);
      });
    });
  }
});

describe('principal components in a worker', () => {
  it('of many rows are those of their covariance', async () => {
    const [rows, columns] = [40_000, 24];
    const next = uniform(9);
    const matrix = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      const common = normal(next);
      for (let j = 0; j < columns; j++) matrix[row * columns + j] = 100 * (j % 3) + (1 + j / 8) * (normal(next) + common);
    }
    const kept = matrix.slice();
    const found = await principalComponents({ matrix, rows, columns }, { standardise: false });
    expect(matrix).toHaveLength(0);
    const means = Array.from({ length: columns }, (_, j) => kept.reduce((sum, value, i) => sum + (i % columns === j ? value : 0), 0) / rows);
    const covariance = means.map((_, a) => means.map((_unused, b) => {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += ((kept[row * columns + a] ?? 0) - (means[a] ?? 0)) * ((kept[row * columns + b] ?? 0) - (means[b] ?? 0));
      return sum / (rows - 1);
    }));
    const wanted = componentsOf(covariance);
    found.variances.forEach((value, k) => expect(value / (wanted.variances[k] ?? 1)).toBeCloseTo(1, 5));
    found.directions[0]?.forEach((value, j) => expect(value).toBeCloseTo(wanted.directions[0]?.[j] ?? Number.NaN, 5));
    expect(await componentsOfCovariance(covariance)).toMatchObject({ variances: wanted.variances });
  });

  it('of standardised columns leave a constant one out, and refuse missing values', async () => {
    const matrix = Float32Array.of(1, 5, 10, 2, 5, 30, 3, 5, 20);
    const { variances, scales } = await principalComponents({ matrix: matrix.slice(), rows: 3, columns: 3 }, { standardise: true });
    expect(scales).toEqual([1, 1, 10]);
    [1.5, 0.5, 0].forEach((value, k) => expect(variances[k]).toBeCloseTo(value, 12));
    matrix[4] = Number.NaN;
    await expect(principalComponents({ matrix, rows: 3, columns: 3 }, { standardise: true })).rejects.toMatchObject({ code: 'not-finite' });
  });
});
