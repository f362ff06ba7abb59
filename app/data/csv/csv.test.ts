import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PenstockError } from '#app/core/errors.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { CsvDialect } from '#app/sdk/node.ts';
import { createDatabase, type Database } from '../database.ts';

const sql = (text: string): Relation => ({ op: 'scan', source: { kind: 'named', name: text }, schema: [], label: 'test' });
const toSql = (relation: Relation): string => (relation.op === 'scan' && relation.source.kind === 'named' ? relation.source.name : '');

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-'));
  database = await createDatabase({ tempDir: join(folder, 'temp'), memoryLimit: '1GB', threads: 2 }, toSql);
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

const sniff = (path: string, overrides: Partial<CsvDialect> = {}) => database.sniffCsv(path, overrides);

/** Sniffs, reads, and gives the rows back from the Parquet file. */
async function read(path: string, overrides: Partial<CsvDialect> = {}, retype: (schema: Schema) => Schema = (schema) => schema) {
  const { dialect, schema } = await sniff(path, overrides);
  const out = `${path}.parquet`;
  const written = await database.readCsv(path, dialect, retype(schema), out);
  const { rows } = await database.rows(sql(`from read_parquet('${out}') limit 1000`), 1000);
  return { dialect, schema, rows, count: written.rows };
}

async function failure(work: Promise<unknown>): Promise<PenstockError> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error as PenstockError,
  );
  if (outcome === null) throw new Error('expected a failure');
  expect(outcome.name).toBe('PenstockError');
  expect(outcome.remedy).toBeTruthy();
  return outcome;
}

const types = (schema: Schema) => schema.map((column) => column.type);

describe('types are the narrowest that lose nothing', () => {
  it('finds each type', async () => {
    const path = await file('i,f,b,d,t,ts,s\n1,1.5,true,2024-01-31,10:00,2024-01-31T10:00:00Z,x\n-2,2e3,FALSE,2024-02-29,10:00:01.5,2024-01-31 10:00,y\n,,,,,,\n');
    const { schema, rows } = await read(path);
    expect(types(schema)).toEqual(['integer', 'float', 'boolean', 'date', 'time', 'timestamp', 'string']);
    expect(rows).toEqual([
      [1, 1.5, true, '2024-01-31', '10:00:00', '2024-01-31 10:00:00', 'x'],
      [-2, 2000, false, '2024-02-29', '10:00:01.5', '2024-01-31 10:00:00', 'y'],
      [null, null, null, null, null, null, null],
    ]);
  });

  it('keeps as text what a number or date would change', async () => {
    const path = await file('zip,id,under,hex,day,big,bad\n01234,12345678901234567890,1_000,0x1F,12/01/2024,1e400,2024-02-30\n');
    const { schema, rows } = await read(path);
    expect(new Set(types(schema))).toEqual(new Set(['string']));
    expect(rows[0]).toEqual(['01234', '12345678901234567890', '1_000', '0x1F', '12/01/2024', '1e400', '2024-02-30']);
  });

  it('refuses what a plain cast would round, cut or guess', async () => {
    for (const [type, value] of [
      ['integer', '12.5'],
      ['integer', '1_000'],
      ['integer', '0x1F'],
      ['integer', '1e3'],
      ['float', '1_000.5'],
      ['float', '1e400'],
      ['float', 'inf'],
      ['date', 'epoch'],
      ['date', '2024-01-02 10:00:00'],
      ['timestamp', '2024-01-02 10:00:00+02'],
      ['boolean', 'on'],
      ['time', '25:00:00'],
    ] as const) {
      const path = await file(`a,b\n,x\n${value},y\n`);
      const error = await failure(read(path, {}, (schema) => schema.map((column) => (column.name === 'a' ? { name: 'a', type } : column))));
      expect([type, value, error.code, error.place?.line, error.place?.column]).toEqual([type, value, 'csv-bad-value', 3, 'a']);
    }
  });

  it('accepts spaces around numbers, and yes/no where boolean is asked for', async () => {
    const path = await file('a,b\n 1 ,yes\n+2,No\n');
    const { rows } = await read(path, {}, () => [
      { name: 'a', type: 'integer' },
      { name: 'b', type: 'boolean' },
    ]);
    expect(rows).toEqual([
      [1, true],
      [2, false],
    ]);
  });
});

describe('faults name file, line and column', () => {
  it('an empty file, and one of only blank lines', async () => {
    expect((await failure(sniff(await file('', 'empty.csv')))).message).toBe('empty.csv: the file is empty.');
    expect((await failure(sniff(await file('\n\n \n')))).code).toBe('csv-empty');
  });

  it('a missing file, and a folder', async () => {
    expect((await failure(sniff(join(folder, 'absent.csv')))).code).toBe('file-missing');
    expect((await failure(sniff(folder))).code).toBe('file-missing');
    const gone = database.readCsv(join(folder, 'absent.csv'), { delimiter: ',', quote: '"', header: true, encoding: 'utf-8', nullWords: [] }, [{ name: 'a', type: 'string' }], join(folder, 'x.parquet'));
    expect((await failure(gone)).code).toBe('file-missing');
  });

  it('a ragged row within the sample, short or long', async () => {
    const short = await failure(sniff(await file('a,b,c\n1,2,3\n4,5\n7,8,9\n', 'short.csv')));
    expect(short).toMatchObject({ code: 'csv-ragged', place: { line: 3 } });
    expect(short.message).toBe('short.csv, line 3: 2 values where 3 columns are expected.');
    expect(await failure(sniff(await file('a,b,c\n1,2,3\n4,5,6,7\n')))).toMatchObject({ code: 'csv-ragged', place: { line: 3 } });
    // A file that a sniffer could take for one column.
    expect(await failure(sniff(await file('a,b,c\n1\n2\n3,4,5\n')))).toMatchObject({ code: 'csv-ragged', place: { line: 2 } });
  });

  it('a ragged row far beyond the sample, after quoted line ends', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => (i === 150_000 ? `${i},x` : `${i},"x\ny",${i}`));
    const path = await file(`a,b,c\n${lines.join('\n')}\n`);
    // Line 1 is the header; 150 000 records of two lines each come before.
    expect(await failure(read(path))).toMatchObject({ code: 'csv-ragged', place: { line: 300_002 } });
  });

  it('a word in a number column beyond the sample', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => (i === 30_000 ? 'n/a' : (i / 7).toFixed(4))).map((price, i) => `${i},${price},"some, text"`);
    const path = await file(`id,price,note\n${lines.join('\n')}\n`, 'orders.csv');
    const error = await failure(read(path));
    expect(error).toMatchObject({ code: 'csv-bad-value', place: { line: 30_002, column: 'price' } });
    expect(error.message).toBe('orders.csv, line 30\u202f002, column “price”: “n/a” is not a number (float).');
    expect(error.remedy).toContain('null words');
    const { count, rows } = await read(path, { nullWords: ['n/a'] });
    expect(count).toBe(60_000);
    expect(rows[1]?.[2]).toBe('some, text');
  });

  it('a bad value after quoted line ends and blank lines', async () => {
    const path = await file('a,b\n1,"x\ny"\n\n2,"z"\nfour,w\n');
    const error = await failure(read(path, {}, (schema) => schema.map((column) => (column.name === 'a' ? { name: 'a', type: 'integer' } : column))));
    expect(error).toMatchObject({ code: 'csv-bad-value', place: { line: 6, column: 'a' } });
  });

  it('quotes that do not end', async () => {
    expect(await failure(sniff(await file('a,b\n1,"x\n2,y\n')))).toMatchObject({ code: 'csv-quote', place: { line: 2 } });
    expect(await failure(sniff(await file('a,b\n1,"x" y\n2,z\n')))).toMatchObject({ code: 'csv-quote', place: { line: 2 } });
    const late = await file(`a,b\n${Array.from({ length: 300_000 }, (_, i) => (i === 250_000 ? `${i},"x` : `${i},y`)).join('\n')}\n`);
    expect(await failure(read(late))).toMatchObject({ code: 'csv-quote', place: { line: 250_002 } });
  });

  it('a NUL, within the sample and beyond', async () => {
    expect(await failure(sniff(await file('a,b\n1,x\n2,\0y\n')))).toMatchObject({ code: 'csv-nul', place: { line: 3 } });
    const late = await file(`a,b\n${Array.from({ length: 400_000 }, (_, i) => `${i},${i === 390_000 ? '\0' : 'y'}`).join('\n')}\n`);
    expect(await failure(read(late))).toMatchObject({ code: 'csv-nul', place: { line: 390_002 } });
  });

  it('bytes of another encoding beyond the sample', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `${i},abc`).join('\n');
    const path = await file(Buffer.concat([Buffer.from(`a,b\n${lines}\n`), Buffer.from('1,caf\xe9\n', 'latin1')]));
    expect(await failure(read(path))).toMatchObject({ code: 'csv-encoding', place: { line: 200_002 } });
  });

  it('a file whose columns changed after its schema was taken', async () => {
    const path = await file('a,b\n1,2\n');
    const { dialect, schema } = await sniff(path);
    await writeFile(path, 'a,b,c\n1,2,3\n');
    expect(await failure(database.readCsv(path, dialect, schema, `${path}.parquet`))).toMatchObject({ code: 'csv-columns' });
  });

  it('a damaged gzip', async () => {
    const whole = gzipSync(Buffer.from(`a,b\n${'1,2\n'.repeat(1000)}`));
    const path = await file(whole.subarray(0, whole.length - 20), 'cut.csv.gz');
    expect((await failure(sniff(path))).code).toBe('csv-gzip');
  });
});

describe('any text', () => {
  it('comes back as it was written', async () => {
    const value = fc.string({ unit: fc.constantFrom('a', '1', ' ', ',', ';', '"', "'", '\\', '\n', 'é', '😀', '\t'), maxLength: 8 });
    const table = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 12 });
    const schema: Schema = ['x', 'y', 'z'].map((name) => ({ name, type: 'string' }));
    const dialect: CsvDialect = { delimiter: ',', quote: '"', header: true, encoding: 'utf-8', nullWords: [] };
    const property = fc.asyncProperty(table, async (rows) => {
      const path = await file(`x,y,z\n${rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')).join('\n')}\n`, 'any.csv');
      const out = join(folder, 'any.parquet');
      await database.readCsv(path, dialect, schema, out);
      const back = (await database.rows(sql(`from read_parquet('${out}')`))).rows;
      expect(back).toEqual(rows.map((row) => row.map((text) => (text === '' ? null : text))));
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

describe('documented results', () => {
  it('header only: no rows', async () => {
    const { schema, count } = await read(await file('a,b\n'));
    expect(schema.map((column) => column.name)).toEqual(['a', 'b']);
    expect(count).toBe(0);
    expect((await read(await file('a,b'))).count).toBe(0);
  });

  it('byte-order mark, CR LF, semicolons, tabs', async () => {
    const bom = await read(await file('\ufeffa;b\r\n1;x\r\n2;y\r\n'));
    expect(bom.schema[0]).toMatchObject({ name: 'a', type: 'integer' });
    expect(bom.rows).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
    expect((await read(await file('a\tb\n1\t"x\ty"\n'))).rows).toEqual([[1, 'x\ty']]);
    expect((await read(await file('a,b\r1,x\r2,y\r'))).rows).toHaveLength(2);
  });

  it('UTF-16 of both byte orders, with and without a mark', async () => {
    const text = 'name,n\nZoë,1\n日本,2\n';
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    for (const bytes of [Buffer.concat([Buffer.from([0xff, 0xfe]), little]), Buffer.concat([Buffer.from([0xfe, 0xff]), big]), little, big]) {
      const { dialect, rows } = await read(await file(bytes));
      expect(dialect.encoding).toBe('utf-16');
      expect(rows).toEqual([
        ['Zoë', 1],
        ['日本', 2],
      ]);
    }
  });

  it('Latin-1, said aloud', async () => {
    const path = await file(Buffer.from('name,n\ncafé,1\n', 'latin1'));
    expect((await read(path)).rows).toEqual([['café', 1]]);
    expect((await sniff(path)).notes.map((note) => note.code)).toContain('csv-latin-1');
  });

  it('gzip, whatever the name; temporary copies are removed', async () => {
    expect((await read(await file(gzipSync(Buffer.from('a,b\n1,x\n')), 'packed.csv'))).rows).toEqual([[1, 'x']]);
    expect((await readdir(join(folder, 'temp'))).filter((name) => name.startsWith('csv-'))).toEqual([]);
  });

  it('repeated and empty headers get names', async () => {
    const { schema, notes } = await sniff(await file('a,a,,A,a_2, b \n1,2,3,4,5,6\n'));
    expect(schema.map((column) => column.name)).toEqual(['a', 'a_2', 'column_3', 'A_3', 'a_2_2', 'b']);
    expect(notes).toMatchObject([{ code: 'csv-headers-renamed', severity: 'warning' }]);
  });

  it('no header: columns are numbered', async () => {
    const { dialect, schema, rows } = await read(await file('1,x\n2,y\n'));
    expect(dialect.header).toBe(false);
    expect(schema.map((column) => column.name)).toEqual(['column_1', 'column_2']);
    expect(rows).toHaveLength(2);
    expect((await sniff(await file('1,x\n2,y\n'), { header: true })).schema.map((column) => column.name)).toEqual(['1', 'x']);
  });

  it('missing-value words of number columns are found and said', async () => {
    const path = await file('x,country\n1,NA\nNA,FR\n3,\n');
    const { dialect, rows } = await read(path);
    expect(dialect.nullWords).toEqual(['NA']);
    expect(rows).toEqual([
      [1, null],
      [null, 'FR'],
      [3, null],
    ]);
    expect((await sniff(path)).notes).toMatchObject([{ code: 'csv-null-words', severity: 'info' }]);
    const text = await read(await file('code,country\nx,NA\ny,FR\n'));
    expect(text.rows[0]).toEqual(['x', 'NA']);
  });

  it('a decimal comma and the order of dates are found where nothing speaks against them, and said', async () => {
    const { dialect, schema, rows } = await read(await file('price;day;when\n1,5;31.01.2024;1/31/2024 9:30\n1.200,75;01.02.2024;12/1/2024 23:00\n7;;\n', 'commas.csv'));
    expect(types(schema)).toEqual(['float', 'date', 'timestamp']);
    expect(schema.map((column) => column.format)).toEqual([undefined, 'dd.mm.yyyy', 'mm/dd/yyyy hh:mm']);
    expect(dialect).toMatchObject({ decimal: ',', thousands: '.' });
    expect(rows).toEqual([
      [1.5, '2024-01-31', '2024-01-31 09:30:00'],
      [1200.75, '2024-02-01', '2024-12-01 23:00:00'],
      [7, null, null],
    ]);
    const { notes } = await sniff(join(folder, 'commas.csv'));
    expect(notes.map((note) => [note.severity, note.code, note.place?.column])).toEqual([
      ['info', 'csv-number-style', undefined],
      ['info', 'csv-dates', 'day'],
      ['info', 'csv-dates', 'when'],
    ]);
  });

  it('what may be read in two ways stays text until somebody decides', async () => {
    const path = await file('price;day\n1,234;12/10/2024\n2,500;01/02/2024\n');
    const { schema, notes } = await sniff(path);
    expect(types(schema)).toEqual(['string', 'string']);
    expect(notes.map((note) => [note.severity, note.code, note.place?.column])).toEqual([
      ['warning', 'csv-decimal-comma', 'price'],
      ['warning', 'csv-local-dates', 'day'],
    ]);
    expect((await read(path, { decimal: ',', dates: 'dmy' })).rows[0]).toEqual([1.234, '2024-10-12']);
    expect((await read(path, { decimal: '.', thousands: ',', dates: 'mdy' })).rows[0]).toEqual([1234, '2024-12-10']);
    // One column says points, another commas: neither is taken.
    expect(types((await sniff(await file('a;b\n1,5;2.5\n'))).schema)).toEqual(['string', 'float']);
  });

  it('quoted line ends and doubled quotes are kept', async () => {
    expect((await read(await file('a,b\n1,"x\r\ny"\n2,"say ""hi"""\n'))).rows).toEqual([
      [1, 'x\r\ny'],
      [2, 'say "hi"'],
    ]);
  });

  it('mixed line ends are read as if they were one kind', async () => {
    expect((await read(await file('a,b\r\n1,x\n2,y\r\n3,z\n'))).rows).toEqual([
      [1, 'x'],
      [2, 'y'],
      [3, 'z'],
    ]);
  });

  it('blank lines are skipped, in one column they are missing values', async () => {
    expect((await read(await file('a,b\n1,x\n\n2,y\n\n'))).rows).toHaveLength(2);
    expect((await read(await file('a\n1\n\n2\n'))).rows).toEqual([[1], [null], [2]]);
  });

  it('a trailing delimiter is ignored', async () => {
    expect((await read(await file('a,b\n1,x,\n2,y,\n'))).rows).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
  });

  it('a 40 MB field is read whole, wherever it stands', async () => {
    const big = 'x'.repeat(40_000_000);
    for (const content of [`a,b\n1,${big}\n`, `a,b\n1,x\n2,"${big}"\n3,y\n`]) {
      const path = await file(content);
      const { dialect, schema } = await sniff(path);
      const out = `${path}.parquet`;
      await database.readCsv(path, dialect, schema, out);
      const { rows } = await database.rows(sql(`select max(length(b)), count(*) from read_parquet('${out}')`));
      expect(rows).toEqual([[40_000_000, content.split('\n').length - 2]]);
      await rm(path);
    }
  });

  it('a field of many lines and 5 MB at the very end is not lost', async () => {
    const path = await file(`a,b\n1,x\n2,"${'line of text\n'.repeat(400_000)}"\n`);
    const { dialect, schema } = await sniff(path);
    const out = `${path}.parquet`;
    expect((await database.readCsv(path, dialect, schema, out)).rows).toBe(2);
    expect((await database.rows(sql(`select max(length(b)) from read_parquet('${out}')`))).rows).toEqual([[5_200_000]]);
  });

  it('a line over 64 MB is refused', async () => {
    const path = await file(`a,b\n1,x\n2,${'x'.repeat(70_000_000)}\n`);
    const { dialect, schema } = await sniff(path);
    expect(await failure(database.readCsv(path, dialect, schema, `${path}.parquet`))).toMatchObject({ code: 'csv-long-line' });
    await rm(path);
  });

  it('stops when cancelled', async () => {
    const path = await file(`a,b\n${'1,2\n'.repeat(100_000)}`);
    const { dialect, schema } = await sniff(path);
    const reading = database.readCsv(path, dialect, schema, `${path}.parquet`, { signal: AbortSignal.abort() });
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });
});
