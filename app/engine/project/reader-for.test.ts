import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readerFor } from './reader-for.ts';

let root: string;
beforeAll(async () => void (root = await mkdtemp(path.join(os.tmpdir(), 'penstock-reader-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

const file = async (name: string, content: string | Buffer = ''): Promise<string> => {
  const at = path.join(root, name);
  await mkdir(path.dirname(at), { recursive: true });
  await writeFile(at, content);
  return at;
};

describe('the reader of a dropped file', () => {
  it.each([
    ['orders.csv', 'data/csv-reader'],
    ['orders.TSV', 'data/csv-reader'],
    ['notes.txt', 'data/csv-reader'],
    ['orders.csv.gz', 'data/csv-reader'],
    ['orders.gz', 'data/csv-reader'],
    ['orders.json.gz', 'data/json-reader'],
    ['events.jsonl.zst', 'data/json-reader'],
    ['events.ndjson', 'data/json-reader'],
    ['book.xlsx', 'data/excel-reader'],
    ['old.xls', 'data/excel-reader'],
    ['table.pq', 'data/parquet-reader'],
  ])('%s → %s', async (name, type) => {
    expect(await readerFor(root, await file(name))).toEqual({ type, params: { path: name } });
  });

  it.each([
    ['PAR1....', 'data/parquet-reader'],
    ['  [{"a": 1}]', 'data/json-reader'],
    ['PK\u0003\u0004....xl/workbook.xml', 'data/excel-reader'],
    ['SQLite format 3\0', 'data/database-query'],
  ])('tells %j by its first bytes', async (content, type) => {
    expect((await readerFor(root, await file('unnamed', content))).type).toBe(type);
  });

  it('refuses what none reads, also where a node is missing', async () => {
    await expect(readerFor(root, await file('song.mp3', 'ID3'))).rejects.toMatchObject({ code: 'no-reader' });
    await expect(readerFor(root, await file('shop.sqlite'), () => false)).rejects.toMatchObject({ code: 'no-reader' });
  });

  it('knows folders by what most of their files are', async () => {
    await file('pets/cats/a.jpg');
    await file('pets/dogs/b.png');
    await file('pets/readme.txt');
    expect(await readerFor(root, path.join(root, 'pets'))).toEqual({ type: 'data/image-folder', params: { folder: 'pets' } });
    expect(await readerFor(root, path.join(root, 'pets/cats/a.jpg'))).toEqual({ type: 'data/image-folder', params: { folder: 'pets/cats' } });
    await file('sales/year=2024/0.parquet');
    expect(await readerFor(root, path.join(root, 'sales'))).toEqual({ type: 'data/parquet-reader', params: { path: 'sales' } });
    await file('many/a.csv');
    expect((await readerFor(root, path.join(root, 'many'))).type).toBe('data/folder-of-files');
    await expect(readerFor(root, path.join(root, 'many'), () => false)).rejects.toMatchObject({ code: 'no-reader' });
  });
});
