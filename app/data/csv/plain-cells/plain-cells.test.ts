import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CsvColumn, CsvDialect } from '#app/sdk/csv.ts';
import { readCsvSource, tableSql } from '../cells.ts';
import { inspectCells, type InspectOptions, type PlainCells } from './inspect.ts';

let folder: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-plain-'));
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});

afterAll(async () => {
  connection.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true, force: true });
});

const plainDialect: CsvDialect = { delimiter: ',', quote: '"', header: true, encoding: 'utf-8', nullWords: [] };

async function inspect(text: string | Buffer, columns: readonly CsvColumn[], dialect: Partial<CsvDialect> = {}, options?: InspectOptions): Promise<PlainCells | null> {
  const file = path.join(folder, 'given.csv');
  await writeFile(file, text);
  return await inspectCells(file, columns, { ...plainDialect, ...dialect }, undefined, options);
}

const isPlain = async (type: CsvColumn['type'], cell: string, dialect: Partial<CsvDialect> = {}): Promise<boolean> => {
  const found = await inspect(`a,b\n${cell},x\n`, [{ name: 'a', type }, { name: 'b', type: 'string' }], dialect);
  return found?.native.has(0) ?? false;
};

describe('spellings', () => {
  it.each<[type: CsvColumn['type'], plain: readonly string[], other: readonly string[]]>([
    ['integer', ['0', '-1', '007', '123456789012345678', '', '"5"', '""'], ['+5', ' 5', '5 ', '1.0', '1_000', '0x1F', '1e3', '1234567890123456789', 'x', '-', '" 5"', '٣']],
    ['float', ['0', '-1.5', '1e9', '1.25E-12', '123456789012345678901.5', ''], ['.5', '1.', '1_0.5', 'inf', 'nan', '1e400', '1e', '+1', ' 1', '1.5x']],
    ['date', ['2024-02-29', '2000-02-29', '1970-01-01', '0001-12-31'], ['2023-02-29', '1900-02-29', '2024-13-01', '2024-00-01', '2024-04-31', '24-01-01', '2024-1-1', '2024-01-01 ', 'epoch']],
    ['timestamp', ['2024-01-02 03:04:05', '2024-01-02T23:59:59', '2024-01-02 03:04:05.123456'], ['2024-01-02', '2024-01-02 24:00:00', '2024-01-02 03:60:00', '2024-01-02 03:04:05.1234567', '2024-01-02 03:04:05.', '2024-01-02 03:04:05Z', '2024-01-02 03:04', '2024-02-30 03:04:05']],
    ['boolean', ['true', 'false', ''], ['True', 'f', '1', 'truely', 'tru']],
    ['time', [], ['03:04:05']],
  ])('of %s', async (type, plain, other) => {
    for (const cell of plain) expect({ cell, plain: await isPlain(type, cell) }).toEqual({ cell, plain: true });
    for (const cell of other) expect({ cell, plain: await isPlain(type, cell) }).toEqual({ cell, plain: false });
  });

  it('words for missing values are plain where the dialect has them', async () => {
    expect(await isPlain('integer', 'NA')).toBe(false);
    expect(await isPlain('integer', 'NA', { nullWords: ['–', 'NA'] })).toBe(true);
    expect(await isPlain('integer', '"–"', { nullWords: ['–', 'NA'] })).toBe(true);
    expect(await isPlain('integer', 'NAN', { nullWords: ['NA'] })).toBe(false);
  });

  it('in another style are left to the casts', async () => {
    expect(await isPlain('float', '1', { decimal: ',', delimiter: ',' })).toBe(false);
    expect(await isPlain('integer', '1', { thousands: '.' })).toBe(false);
    const found = await inspect('a\n01.02.2024\n', [{ name: 'a', type: 'date', format: 'dd.mm.yyyy' }]);
    expect(found?.native.size).toBe(0);
  });
});

describe('text that is not plain', () => {
  const columns: CsvColumn[] = [{ name: 'a', type: 'integer' }, { name: 'b', type: 'string' }];
  it.each<[why: string, text: string]>([
    ['a short record', 'a,b\n1,x\n2\n'],
    ['a long record', 'a,b\n1,x,y\n'],
    ['a quote inside a cell', 'a,b\n1,5" pipe\n'],
    ['text after a closing quote', 'a,b\n1,"x"y\n'],
    ['a quote that is not closed', 'a,b\n1,"x\n2,y\n'],
    ['mixed line ends', 'a,b\n1,x\r\n2,y\n'],
    ['a carriage return alone', 'a,b\r1,x\r'],
    ['NUL', 'a,b\n1,x\0\n'],
    ['NUL in quotes', 'a,b\n1,"x\0"\n'],
    ['a blank line before the header', '\na,b\n1,x\n'],
    ['a record of more than a megabyte', `a,b\n1,${'x'.repeat(2 << 20)}\n`],
    ['nothing', ''],
  ])('%s', async (_why, text) => expect(await inspect(text, columns)).toBeNull());

  it('is told from text that is', async () => {
    for (const text of ['a,b\n1,x', 'a,b\r\n1,"x\r\n,""y"""\r\n', '\ufeffa,b\n1,x\n', 'a,b\n\n1,x\n\n', '"a","b"\n"1","x"\n', 'a,b\n1,\n']) expect({ text, found: await inspect(text, columns) }).toEqual({ text, found: { rows: 1, native: new Set([0]) } });
    expect(await inspect('1,x\n2,y', columns, { header: false })).toEqual({ rows: 2, native: new Set([0]) });
    expect(await inspect('a,b\n', columns)).toEqual({ rows: 0, native: new Set([0]) });
    expect(await inspect('a;b\n1;5" x\n', columns, { delimiter: ';', quote: '' })).toEqual({ rows: 1, native: new Set([0]) });
  });
});

const types = ['integer', 'float', 'date', 'timestamp', 'boolean', 'string'] as const;
const pad = (value: number, width: number): string => String(value).padStart(width, '0');
const dateText = fc.tuple(fc.integer({ min: 1, max: 2100 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 })).map(([y, m, d]) => `${pad(y, 4)}-${pad(m, 2)}-${pad(d, 2)}`);
const timeText = fc.tuple(fc.nat(24), fc.nat(60), fc.nat(60), fc.constantFrom('', '.5', '.123456', '.1234567', 'Z')).map(([h, m, s, rest]) => `${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}${rest}`);
/** Mostly well spelled. */
const cellOf: Record<(typeof types)[number], fc.Arbitrary<string>> = {
  integer: fc.oneof({ weight: 9, arbitrary: fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }).map(String) }, fc.integer().map(String), fc.constantFrom('', '+1', ' 1', '1_0', '0x10', '1.5', '-0', '00')),
  float: fc.oneof({ weight: 9, arbitrary: fc.double().map(String) }, fc.integer().map(String), fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `${a}.${b}`), fc.constantFrom('', '1e400', '1_0', '-0', '-0.0', 'NaN', ' 1', '1.')),
  date: fc.oneof({ weight: 9, arbitrary: dateText }, fc.constantFrom('', '2024-1-1', 'infinity')),
  timestamp: fc.oneof({ weight: 9, arbitrary: fc.tuple(dateText, fc.constantFrom(' ', 'T'), timeText).map((parts) => parts.join('')) }, dateText, fc.constant('')),
  boolean: fc.constantFrom('true', 'false', 'true', 'false', '', 'TRUE', '1'),
  string: fc.oneof(fc.constantFrom('', 'x', 'é', '"', 'a"b', 'a,b', 'a\nb', '\r', ' ', 'NA'), fc.string({ maxLength: 6 }).filter((text) => !text.includes('\0'))),
};
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

describe('a column that is found plain', () => {
  it('is read by DuckDB’s reader as our casts read it', async () => {
    const table = fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 4 }).chain((chosen) =>
      fc.record({
        chosen: fc.constant(chosen),
        rows: fc.array(fc.tuple(...chosen.map((type) => fc.tuple(cellOf[type], fc.boolean()))), { maxLength: 4 }),
        lineEnd: fc.constantFrom('\n', '\r\n'),
        lastEnd: fc.boolean(),
      }),
    );
    const file = path.join(folder, 'random.csv');
    let natives = 0;
    await fc.assert(
      fc.asyncProperty(table, async ({ chosen, rows, lineEnd, lastEnd }) => {
        const columns = chosen.map((type, i): CsvColumn => ({ name: `n${i}`, type }));
        const lines = [columns.map(({ name }) => name), ...rows.map((row) => row.map(([cell, isQuoted]) => (isQuoted || /[",\r\n]/.test(cell) ? quoted(cell) : cell)))].map((cells) => cells.join(','));
        await writeFile(file, lines.join(lineEnd) + (lastEnd ? lineEnd : ''));
        const dialect: CsvDialect = { ...plainDialect, nullWords: ['NA', 'NaN'] };
        const plain = await inspectCells(file, columns, dialect, undefined);
        if (plain === null) return;
        natives += plain.native.size;
        const read = async (native: ReadonlySet<number>): Promise<unknown> => {
          const cells = { columns, dialect, native, source: readCsvSource(file, columns, dialect, [], native) };
          return (await connection.runAndReadAll(tableSql(cells, undefined, false))).getRowsJson();
        };
        // A cell that the casts refuse is in a column that is not plain, so both fail.
        const [ours, theirs] = await Promise.allSettled([read(new Set()), read(plain.native)]);
        expect(theirs.status).toBe(ours.status);
        if (ours.status === 'fulfilled' && theirs.status === 'fulfilled') {
          expect(theirs.value).toEqual(ours.value);
          expect(plain.rows).toBe((ours.value as unknown[]).length);
        }
      }),
      { numRuns: 400 },
    );
    expect(natives).toBeGreaterThan(100);
  }, 60_000);
});

describe('in threads', () => {
  const columns: CsvColumn[] = [{ name: 'a', type: 'integer' }, { name: 'b', type: 'string' }, { name: 'c', type: 'float' }];
  const threaded: InspectOptions = { threadedFrom: 0, rangeBytes: 3000 };
  const lines = (count: number, b: (i: number) => string, c = (i: number): string => `${i}.5`): string => `a,b,c\n${Array.from({ length: count }, (_, i) => `${i},${b(i)},${c(i)}\n`).join('')}`;

  it('finds the same as in one', async () => {
    for (const text of [
      lines(2000, () => 'x'),
      lines(2000, (i) => `"line\nof ${i}"`),
      lines(300, (i) => `"${'1,2,3.5\n'.repeat(i)}"`),
      lines(2000, () => 'x', (i) => (i === 1999 ? 'bad' : '1')),
      lines(2000, () => 'x', (i) => (i === 3 ? ' 1' : '1')),
    ]) {
      const one = await inspect(text, columns);
      expect(one).not.toBeNull();
      expect(await inspect(text, columns, {}, threaded)).toEqual(one);
    }
    for (const text of [`${lines(2000, () => 'x')}1,2\n`, lines(2000, (i) => (i === 1500 ? 'x\r' : 'x'))]) expect(await inspect(text, columns, {}, threaded)).toBeNull();
  });

  it('ends when cancelled', async () => {
    const file = path.join(folder, 'long.csv');
    await writeFile(file, lines(200_000, () => 'x'));
    const abort = new AbortController();
    const asked = inspectCells(file, columns, plainDialect, abort.signal, threaded);
    abort.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });
});
