import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Relation } from '#app/relation/types.ts';
import type { CsvColumn, CsvDialect } from '#app/sdk/csv.ts';
import { createDatabase, type Database } from '../database.ts';
import { prepareCsv } from './prepare.ts';

const sql = (text: string): Relation => ({ op: 'scan', source: { kind: 'named', name: text }, schema: [], label: 'test' });
const toSql = (relation: Relation): string => (relation.op === 'scan' && relation.source.kind === 'named' ? relation.source.name : '');

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-rejects-'));
  database = await createDatabase({ tempDir: join(folder, 'temp'), memoryLimit: '3GB', threads: 2 }, toSql);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

let made = 0;
async function file(content: string | Uint8Array, name = `file-${(made += 1)}.csv`): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(path: string, overrides: Partial<CsvDialect> = {}, maxRejects: number | null = 1000, columns?: readonly CsvColumn[]) {
  const { dialect, schema } = await database.sniffCsv(path, overrides, undefined, { tolerant: maxRejects !== null });
  const out = `${path}.parquet`;
  const { rejects } = await database.readCsvPart({ path, dialect, columns: columns ?? schema }, maxRejects, out);
  const { rows } = await database.rows(sql(`from read_parquet('${out}')`), 100_000);
  expect((await readdir(join(folder, 'temp'))).filter((name) => name.startsWith('csv-'))).toEqual([]);
  return { dialect, schema, rows, rejects };
}

const places = (rejects: readonly { line: number; column: string | null; value: string | null }[]) => rejects.map(({ line, column, value }) => [line, column, value]);

describe('rows that cannot be read', () => {
  it('go to the rejects with file, line, column, value and reason; the others are read', async () => {
    const path = await file('id,price,note\n1,2.5,"two\nlines"\n2,n.a.,x\n3,4\n4,5,y,z\n\n5,6,"ok"\n', 'orders.csv');
    const columns: CsvColumn[] = [
      { name: 'id', type: 'integer' },
      { name: 'price', type: 'float' },
      { name: 'note', type: 'string' },
    ];
    const dialect: CsvDialect = { delimiter: ',', quote: '"', header: true, encoding: 'utf-8', nullWords: [] };
    const { rejects } = await database.readCsvPart({ path, dialect, columns }, 10, `${path}.parquet`);
    expect(rejects).toEqual([
      { file: path, line: 4, column: 'price', value: 'n.a.', reason: '“n.a.” is not a number (float).', row: '2,n.a.,x' },
      { file: path, line: 5, column: null, value: null, reason: '2 values where 3 columns are expected.', row: '3,4' },
      { file: path, line: 6, column: null, value: null, reason: '4 values where 3 columns are expected.', row: '4,5,y,z' },
    ]);
    expect((await database.rows(sql(`from read_parquet('${path}.parquet')`))).rows).toEqual([
      [1, 2.5, 'two\nlines'],
      [5, 6, 'ok'],
    ]);
  });

  it('far past the sample, in a file that is read in parallel, with quoted line ends before', async () => {
    const lines = Array.from({ length: 300_000 }, (_, i) => (i === 250_000 ? `${i},word,z` : i === 280_000 ? `${i},1` : i % 3 === 0 ? `${i},1.5,"a\nb"` : `${i},2.5,c`));
    const path = await file(`id,price,note\n${lines.join('\n')}\n`);
    // Line of record i: the header, i records before, and one more line for each third record.
    const line = (i: number) => 2 + i + Math.ceil(i / 3);
    const { dialect, schema } = await database.sniffCsv(path, {}, undefined, { tolerant: true });
    const typed = schema.map((column) => (column.name === 'price' ? { name: 'price', type: 'float' as const } : column));
    const written = await database.readCsvPart({ path, dialect, columns: typed }, 1000, `${path}.parquet`);
    expect(places(written.rejects)).toEqual([
      [line(250_000), 'price', 'word'],
      [line(280_000), null, null],
    ]);
    expect(written.rows).toBe(299_998);
    expect((await database.rows(sql(`select count(*), max(id) from read_parquet('${path}.parquet')`))).rows).toEqual([[299_998, 299_999]]);
  });

  it('over the limit the read fails and names the first', async () => {
    const path = await file(`id,n\n${Array.from({ length: 50 }, (_, i) => `${i},${i < 5 ? 'x' : i}`).join('\n')}\n`, 'many.csv');
    const columns: CsvColumn[] = [
      { name: 'id', type: 'integer' },
      { name: 'n', type: 'integer' },
    ];
    await expect(read(path, {}, 4, columns)).rejects.toMatchObject({
      code: 'csv-too-many-rejects',
      message: 'many.csv: more than 4 rows cannot be read with these settings. The first: line 2, column “n”: “x” is not a whole number (integer).',
      place: { line: 2, column: 'n' },
    });
    expect((await read(path, {}, 5, columns)).rejects).toHaveLength(5);
    const ragged = await file('a,b\n1,2\n3\n4\n5,6\n7,8\n9,10\n11,12\n13,14\n15,16\n17,18\n19,20\n');
    await expect(read(ragged, {}, 1)).rejects.toMatchObject({ code: 'csv-too-many-rejects', place: { line: 3 } });
  });

  it('NUL, foreign bytes and text after a closing quote reject their row alone', async () => {
    const body = Array.from({ length: 20 }, (_, i) => `${i},y`).join('\n');
    expect(places((await read(await file(`a,b\n1,x\n2,\0y\n${body}\n`))).rejects)).toEqual([[3, null, null]]);
    expect(places((await read(await file(`a,b\n1,"x" y\n${body}\n`))).rejects)).toEqual([[2, null, null]]);
    const lines = Array.from({ length: 200_000 }, (_, i) => `${i},abc`).join('\n');
    const path = await file(Buffer.concat([Buffer.from(`a,b\n${lines}\n`), Buffer.from('1,caf\xe9\n', 'latin1'), Buffer.from('2,z\n')]));
    const { dialect, schema } = await database.sniffCsv(path, {});
    const foreign = await database.readCsvPart({ path, dialect, columns: schema }, 10, `${path}.parquet`);
    expect(foreign.rows).toBe(200_001);
    expect(foreign.rejects).toMatchObject([{ line: 200_002, reason: 'There are bytes that are not UTF-8.' }]);
  });

  it('a quote that never ends is an error whatever is allowed, for all that follows is in doubt', async () => {
    const path = await file(`a,b\n${Array.from({ length: 40 }, (_, i) => `${i},y`).join('\n')}\n5,"x\n6,y\n`);
    await expect(read(path)).rejects.toMatchObject({ code: 'csv-quote', place: { line: 42 } });
  });

  it('mixed line ends and a ragged row together', async () => {
    const { rows, rejects } = await read(await file(`a,b\r\n1,x\n2,y\r\n3\r\n${'4,z\n'.repeat(10)}`));
    expect(rows).toHaveLength(12);
    expect(places(rejects)).toEqual([[4, null, null]]);
  });

  it('any table with spoilt rows: good rows come back, bad ones have their line', async () => {
    const row = fc.record({ spoil: fc.constantFrom('none', 'none', 'none', 'value', 'short', 'long'), text: fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', 'é', ' '), maxLength: 6 }) });
    const columns: CsvColumn[] = [
      { name: 'n', type: 'integer' },
      { name: 't', type: 'string' },
    ];
    const dialect: CsvDialect = { delimiter: ',', quote: '"', header: true, encoding: 'utf-8', nullWords: [] };
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 15 }), async (rows) => {
        let line = 2;
        const bad: number[] = [];
        const good: (string | number | null)[][] = [];
        const lines = rows.map(({ spoil, text }, i) => {
          const quoted = `"${text.replaceAll('"', '""')}"`;
          if (spoil === 'none') good.push([i, text === '' ? null : text]);
          else bad.push(line);
          line += 1 + text.split('\n').length - 1;
          return spoil === 'value' ? `x${i},${quoted}` : spoil === 'short' ? quoted : spoil === 'long' ? `${i},${quoted},3` : `${i},${quoted}`;
        });
        const path = await file(`n,t\n${lines.join('\n')}\n`, 'spoilt.csv');
        const { rejects } = await database.readCsvPart({ path, dialect, columns }, 100, `${path}.parquet`);
        expect(rejects.map((reject) => reject.line)).toEqual(bad);
        expect((await database.rows(sql(`from read_parquet('${path}.parquet')`))).rows).toEqual(good);
      }),
      { numRuns: 60 },
    );
  });
});

describe('ways to write a file', () => {
  it('skipped lines, comments and escaped quotes; lines are still those of the file', async () => {
    const text = ['Report "of, sales', '', '# who: "me', 'a,b', '1,"x\\"y"', '# between', '2,z', 'x,w'].join('\n');
    const path = await file(`${text}\n`);
    const columns: CsvColumn[] = [
      { name: 'a', type: 'integer' },
      { name: 'b', type: 'string' },
    ];
    const { rows, rejects } = await read(path, { skipLines: 2, comment: '#', escape: '\\', header: true }, 5, columns);
    expect(rows).toEqual([
      [1, 'x"y'],
      [2, 'z'],
    ]);
    expect(places(rejects)).toEqual([[8, 'a', 'x']]);
    const plain = await read(await file('made by x\n\na;b\n1;2\n3;4\n'));
    expect(plain.dialect).toMatchObject({ skipLines: 2, delimiter: ';' });
    expect(plain.rows).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('zstd and gzip, and a damaged zstd', async () => {
    for (const packed of [zstdCompressSync(Buffer.from('a,b\n1,x\n2\n3,z\n4,v\n5,w\n6,u\n')), gzipSync(Buffer.from('a,b\n1,x\n2\n3,z\n4,v\n5,w\n6,u\n'))]) {
      const { rows, rejects } = await read(await file(packed));
      expect(rows).toHaveLength(5);
      expect(places(rejects)).toEqual([[3, null, null]]);
    }
    const whole = zstdCompressSync(Buffer.from('a,b\n1,2\n'.repeat(9000)));
    await expect(database.sniffCsv(await file(whole.subarray(0, whole.length - 8)), {})).rejects.toMatchObject({ code: 'csv-zstd' });
  });

  it('thousands, decimal commas, booleans and formats of dates, each refused where it is not exact', async () => {
    const header = 'n;f;d;m\n';
    const columns: CsvColumn[] = [
      { name: 'n', type: 'integer' },
      { name: 'f', type: 'float' },
      { name: 'd', type: 'date', format: 'd.m.yy' },
      { name: 'm', type: 'timestamp', format: 'd mmm yyyy hh:mm' },
    ];
    const style = { delimiter: ';', decimal: ',', thousands: '.', header: true } as const;
    const { rows } = await read(await file(`${header}1.234;1.234,5;1.2.24;3 Mar 2024 09:05\n-5;,5;31.12.99;3 mar 2024 9:05\n`), style, 0, columns);
    expect(rows).toEqual([
      [1234, 1234.5, '2024-02-01', '2024-03-03 09:05:00'],
      [-5, 0.5, '1999-12-31', '2024-03-03 09:05:00'],
    ]);
    const bad = ['1.23;1;1.2.24;3 Mar 2024 09:05', '1,5;1;1.2.24;3 Mar 2024 09:05', '1;1.5;1.2.24;3 Mar 2024 09:05', '1;1;1.13.24;3 Mar 2024 09:05', '1;1;1.2.2024;3 Mar 2024 09:05', '1;1;1.2.24;3 Mrz 2024 09:05', '1;1e999;1.2.24;3 Mar 2024 09:05'];
    const { rejects } = await read(await file(`${header}${bad.join('\n')}\n`), style, 10, columns);
    expect(rejects.map((row) => row.column)).toEqual(['n', 'n', 'f', 'd', 'd', 'm', 'f']);
  });

  it('types also from places further in', async () => {
    const lines = Array.from({ length: 600_000 }, (_, i) => `${i},${i < 300_000 ? i : 'late word'}`);
    const { schema } = await database.sniffCsv(await file(`id,code\n${lines.join('\n')}\n`), {});
    expect(schema.map((column) => column.type)).toEqual(['integer', 'string']);
    expect(schema[1]?.why).toBe('Text because of “late word” among other values.');
  });

  it('only lines over 1 MB need larger buffers, wherever the blocks of the file fall', async () => {
    const ready = async (text: string) => (await prepareCsv(await file(text), 'utf-8', join(folder, 'temp'))).longLines;
    expect(await ready('0123456789,abcdefghij\n'.repeat(150_000))).toBe(false);
    expect(await ready('0123456789,abcdefghij\r'.repeat(150_000))).toBe(false);
    expect(await ready(`a,b\n1,${'x'.repeat(1_200_000)}\n${'2,y\n'.repeat(500_000)}`)).toBe(true);
  });

  it('10,000 columns', async () => {
    const width = 10_000;
    const line = (make: (i: number) => string) => Array.from({ length: width }, (_, i) => make(i)).join(',');
    const path = await file(`${line((i) => `c${i}`)}\n${line((i) => String(i))}\n${line((i) => (i % 2 ? `${i}.5` : 'NA'))}\n${line((i) => (i === 9998 ? '?' : '1'))}\n`);
    const { dialect, schema } = await database.sniffCsv(path, { nullWords: ['NA'] });
    expect(schema).toHaveLength(width);
    expect(schema[9998]?.type).toBe('string');
    const columns = schema.map((column, i) => (i === 9998 ? { ...column, type: 'integer' as const } : column));
    const { rejects } = await database.readCsvPart({ path, dialect, columns }, 10, `${path}.parquet`);
    expect(places(rejects)).toEqual([[4, 'c9998', '?']]);
    expect((await database.rows(sql(`select c0, c9999 from read_parquet('${path}.parquet')`))).rows).toEqual([
      [0, 9999],
      [null, 9999.5],
    ]);
  });
});
