import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

const given = {
  columns: [{ name: 'year', type: 'integer' }, { name: 'land', type: 'string' }, { name: 'v', type: 'float' }],
  rows: [[2023, 'NO', 1.5], [2024, 'NO', 2], [2024, 'SE', null], [2024, 'SE', 4]],
};
const documentOf = (params: Record<string, unknown>, more: { columns: unknown; rows: unknown } = given) =>
  fixtureDocument({ nodes: [{ id: 't', type: 'test/values', params: more }, { id: 'n', type: 'data/parquet-writer', params }], edges: [['t.table', 'n.table']] }, opened.engine.catalogue);
const run = async (params: Record<string, unknown>, more?: { columns: unknown; rows: unknown }) => (await opened.run(documentOf(params, more))).nodes.n;
const readBack = async (pattern: string) => {
  const document = fixtureDocument({ nodes: [{ id: 'r', type: 'data/parquet-reader', params: { path: pattern } }], edges: [] }, opened.engine.catalogue);
  await opened.run(document);
  return opened.table(document, 'r', 'table');
};

describe('one file', () => {
  it.each(['zstd', 'snappy', 'gzip', 'none'])('round-trips with %s', async (compression) => {
    expect((await run({ path: `one-${compression}.parquet`, compression }))?.status).toBe('succeeded');
    expect((await readBack(`one-${compression}.parquet`)).rows).toEqual(given.rows);
  });

  it('is never what the table is read from', async () => {
    await run({ path: 'own.parquet' });
    const document = fixtureDocument({ nodes: [{ id: 'r', type: 'data/parquet-reader', params: { path: 'own.parquet' } }, { id: 'n', type: 'data/parquet-writer', params: { path: 'own.parquet' } }], edges: [['r.table', 'n.table']] }, opened.engine.catalogue);
    expect((await opened.run(document)).nodes.n?.diagnostics[0]).toMatchObject({ code: 'writes-input' });
    expect((await readBack('own.parquet')).rows).toEqual(given.rows);
  });
});

describe('a folder', () => {
  it('has a folder for each value, is replaced whole, and reads back as one table', async () => {
    await run({ path: 'parts', partitionBy: ['year', 'land'] });
    expect((await readdir(path.join(opened.projectDir, 'parts'))).sort()).toEqual(['year=2023', 'year=2024']);
    const again = { ...given, rows: given.rows.slice(1) };
    expect((await run({ path: 'parts', partitionBy: ['year', 'land'] }, again))?.status).toBe('succeeded');
    expect(await readdir(path.join(opened.projectDir, 'parts'))).toEqual(['year=2024']);
    const { schema, rows } = await readBack('parts');
    expect(schema.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([{ name: 'land', type: 'string' }, { name: 'v', type: 'float' }, { name: 'year', type: 'integer' }]);
    const at = (name: string): number => schema.findIndex((column) => column.name === name);
    expect(rows.map((row) => [row[at('year')], row[at('land')], row[at('v')]]).toSorted()).toEqual([[2024, 'NO', 2], [2024, 'SE', 4], [2024, 'SE', null]].toSorted());
  });

  it('with anything else in it is left alone', async () => {
    const folder = path.join(opened.projectDir, 'precious');
    await mkdir(folder);
    await writeFile(path.join(folder, 'thesis.txt'), 'years of work');
    expect((await run({ path: 'precious', partitionBy: ['year'] }))?.diagnostics[0]).toMatchObject({ code: 'not-a-dataset', message: expect.stringContaining('thesis.txt') as string });
    expect(await readdir(folder)).toEqual(['thesis.txt']);
  });

  it('needs rows, and a column left', async () => {
    expect((await run({ path: 'none', partitionBy: ['year'] }, { ...given, rows: [] }))?.diagnostics[0]?.code).toBe('empty-table');
    const { configurations } = await opened.engine.configure(documentOf({ partitionBy: ['year', 'land', 'v'] }));
    expect(configurations.n?.diagnostics[0]?.code).toBe('partition-columns');
  });
});
