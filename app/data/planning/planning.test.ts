import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, col, filter, lit, scanParquet } from '#app/relation/build.ts';
import type { Relation } from '#app/relation/types.ts';
import { openDatabase, type Database } from '../index.ts';
import { parseProfile, type ProfiledOperator } from './query-profile.ts';

let folder: string;
let database: Database;
let table: Relation;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-planning-'));
  database = await openDatabase({ tempDir: path.join(folder, 'temp'), memoryLimit: '500MB', tempLimit: '1GB' });
  const file = path.join(folder, 'numbers.parquet');
  await database.writeColumns(
    [
      { name: 'id', type: 'integer', values: [1, 2, 3, 4, 5] },
      { name: 'x', type: 'float', values: [0.5, null, 2, -7.25, 3] },
      { name: 'day', type: 'date', values: ['2024-01-02', '2024-01-01', null, null, '2024-03-01'] },
      { name: 'word', type: 'string', values: ['a', 'b', 'c', 'd', null] },
    ],
    file,
  );
  table = scanParquet([file], [{ name: 'id', type: 'integer' }, { name: 'x', type: 'float' }, { name: 'day', type: 'date' }, { name: 'word', type: 'string' }], 'numbers');
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

describe('tableStatistics', () => {
  it('gives rows, missing values and bounds from the footer', async () => {
    const found = await database.tableStatistics([path.join(folder, 'numbers.parquet')]);
    expect(found.rows).toBe(5);
    expect(found.bytes).toBeGreaterThan(0);
    expect(found.columns.get('id')).toMatchObject({ missing: 0, min: 1, max: 5 });
    expect(found.columns.get('x')).toMatchObject({ missing: 1, min: -7.25, max: 3 });
    expect(found.columns.get('day')).toMatchObject({ missing: 2, min: Date.UTC(2024, 0, 1), max: Date.UTC(2024, 2, 1) });
    expect(found.columns.get('word')).toMatchObject({ missing: 1, min: null, max: null });
  });

  it('adds files up', async () => {
    const file = path.join(folder, 'numbers.parquet');
    const found = await database.tableStatistics([file, file]);
    expect(found.rows).toBe(10);
    expect(found.columns.get('x')).toMatchObject({ missing: 2, min: -7.25, max: 3 });
  });

  it('names a file that is not there', async () => {
    await expect(database.tableStatistics([path.join(folder, 'none.parquet')])).rejects.toMatchObject({ code: 'file-missing' });
  });
});

describe('profiles', () => {
  it('tell the rows of each operator of the query that ran, and only when asked', async () => {
    const kept = filter(table, call('greater_than', col('id'), lit(2, 'integer')));
    const told: ProfiledOperator[] = [];
    const { rows } = await database.rows(kept, 10, undefined, (root) => told.push(root));
    expect(rows).toHaveLength(3);
    expect(told).toHaveLength(1);
    expect(told[0]?.rows).toBe(3);
    await database.rows(kept, 10);
    expect(told).toHaveLength(1);
  });

  it('come with a written table too', async () => {
    let root: ProfiledOperator | null = null as ProfiledOperator | null;
    const { rows } = await database.writeParquet(table, path.join(folder, 'copy.parquet'), { profile: (found) => (root = found) });
    expect(rows).toBe(5);
    expect(root?.type).toContain('COPY_TO_FILE');
    expect(root?.children[0]?.rows).toBe(5);
  });

  it('that are no profile are null', () => {
    expect(parseProfile('')).toBeNull();
    expect(parseProfile('{"children": [{"operator_type": 1}]}')).toBeNull();
  });
});

describe('limits', () => {
  it('can be changed while the database is open', async () => {
    await database.setLimits({ memoryLimit: '300MB', tempLimit: '2GB' });
    expect(await database.count(table)).toBe(5);
  });
});
