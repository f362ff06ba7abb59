import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CsvDialect, CsvPart } from '#app/sdk/csv.ts';
import { openDatabase, type Database } from '../index.ts';
import { headFrom } from './head.ts';

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-head-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const filler = 'x'.repeat(200);
/** More than is read whole at once: each row has its number, a text with a quoted line end, and padding. */
const lines = (rows: number, end = '\n'): string[] => Array.from({ length: rows }, (_, i) => `${i},"line${end}${i} ""q""",${filler}`);
const many = Math.ceil(headFrom / 200) + 2000;

async function partOf(name: string, content: string | Buffer, given: Partial<CsvDialect> = {}): Promise<CsvPart> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  const { dialect, schema } = await database.sniffCsv(file, given);
  return { path: file, dialect, columns: schema };
}

const read = async (file: string, part: CsvPart) => database.rows({ op: 'scan', source: { kind: 'parquet', paths: [file] }, schema: part.columns.map(({ name, type }) => ({ name, type })), label: 'head' });

describe('the first rows of a big file', () => {
  it.each([
    ['plain', '\n', {}],
    ['carriage-returns', '\r\n', {}],
  ] as const)('are those of the whole, with whatever line ends (%s)', async (name, end, given) => {
    const part = await partOf(`${name}.csv`, `n,text,pad${end}${lines(many, end).join(end)}${end}`, given);
    const head = await database.csvHead(part, 1000);
    expect(head?.rows).toBe(1000);
    const whole = path.join(folder, `${name}.parquet`);
    await database.readCsvPart(part, null, whole);
    const all = await database.rows({ op: 'limit', input: { op: 'scan', source: { kind: 'parquet', paths: [whole] }, schema: part.columns.map(({ name: column, type }) => ({ name: column, type })), label: 'whole' }, count: 1000, offset: 0 });
    expect((await read(head?.path ?? '', part)).rows).toEqual(all.rows);
  });

  it('are found under a title, and in another encoding', async () => {
    const part = await partOf('title.csv', Buffer.from(`Caf\u00e9 sales\n\nn,text,pad\n${lines(many).join('\n')}\n`, 'latin1'), { encoding: 'latin-1', skipLines: 2 });
    const head = await database.csvHead(part, 300);
    expect(head?.rows).toBe(300);
    expect((await read(head?.path ?? '', part)).rows[299]?.[0]).toBe(299);
  });

  it('stop reading after them: what is wrong further on is not met', async () => {
    const part = await partOf('fault.csv', `n,text,pad\n${lines(many).join('\n')}\nnot a number,x,y\n`);
    const numbers: CsvPart = { ...part, columns: part.columns.map((column) => (column.name === 'n' ? { ...column, type: 'integer' as const } : column)) };
    expect((await database.csvHead(numbers, 1000))?.rows).toBe(1000);
  });
});

describe('the whole is read', () => {
  it('of a small file, and of one that has no more rows than are wanted', async () => {
    expect(await database.csvHead(await partOf('small.csv', `n,text,pad\n${lines(50).join('\n')}\n`), 10)).toBeNull();
    expect(await database.csvHead(await partOf('few.csv', `n,text,pad\n${lines(many).join('\n')}\n`), many + 1)).toBeNull();
  });

  it('where the beginning is at fault, so that it is told with its place', async () => {
    const part = await partOf('early.csv', `n,text,pad\n${lines(many).join('\n')}\n`);
    const [first] = part.columns;
    if (first === undefined) throw new Error('no column');
    expect(await database.csvHead({ ...part, columns: part.columns.map((column) => (column.name === 'text' ? { ...column, type: 'integer' as const } : column)) }, 1000)).toBeNull();
  });
});

it('a compressed file is unpacked only as far as its first rows', async () => {
  const noise = Array.from({ length: 420_000 }, (_, i) => `${i},${createHash('sha1').update(String(i)).digest('hex')}`);
  const packed = gzipSync(`n,a\n${noise.join('\n')}\n`, { level: 1 });
  expect(packed.length).toBeGreaterThan(headFrom);
  const part = await partOf('packed.csv.gz', packed);
  const head = await database.csvHead(part, 1000);
  expect((await read(head?.path ?? '', part)).rows.map(([n]) => n)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
});
