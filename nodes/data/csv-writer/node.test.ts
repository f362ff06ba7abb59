import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

const columns = [
  { name: 'day', type: 'date' },
  { name: 'city', type: 'string' },
  { name: 'n', type: 'float' },
  { name: 'at', type: 'timestamp' },
];
const rows = [
  ['2024-02-29', 'Oslo, Norway', 1.5, '2024-02-29 13:30:00'],
  [null, 'say "hi"\nthere', null, null],
  [null, '', 1e21, null],
  [null, null, -0.1, null],
];
const documentOf = (params: Record<string, unknown>, given: { columns: unknown; rows: unknown } = { columns, rows }) =>
  fixtureDocument({ nodes: [{ id: 't', type: 'test/values', params: given }, { id: 'n', type: 'data/csv-writer', params }], edges: [['t.table', 'n.table']] }, opened.engine.catalogue);
const write = async (params: Record<string, unknown>, given?: { columns: unknown; rows: unknown }) => {
  const { nodes } = await opened.run(documentOf(params, given));
  return { diagnostics: nodes.n?.diagnostics ?? [], content: (): Buffer => readFileSync(path.join(opened.projectDir, String(params['path']))) };
};

describe('the text', () => {
  it('is what RFC 4180 and Python’s csv module say', async () => {
    const { content } = await write({ path: 'a.csv' });
    expect(content().toString('utf8')).toBe('day,city,n,at\n2024-02-29,"Oslo, Norway",1.5,2024-02-29 13:30:00\n,"say ""hi""\nthere",,\n,"",1e+21,\n,,-0.1,\n');
  });

  it('takes delimiter, quotes, header and a word for missing', async () => {
    const { content } = await write({ path: 'b.tsv', delimiter: 'tab', quote: 'text', header: false, missing: 'NA' });
    expect(content().toString('utf8').split('\n').slice(0, 1)).toEqual(['2024-02-29\t"Oslo, Norway"\t1.5\t2024-02-29 13:30:00']);
    expect(content().toString('utf8')).toContain('NA\tNA\t-0.1\tNA\n');
  });

  it('is compressed by its name', async () => {
    const { content } = await write({ path: 'c.csv.gz' });
    expect(gunzipSync(content()).toString('utf8')).toMatch(/^day,city,n,at\n/);
  });

  it.each([
    ['utf-8-bom', (bytes: Buffer) => bytes.subarray(0, 3).toString('hex') === 'efbbbf' && bytes.subarray(3).toString('utf8')],
    ['utf-16', (bytes: Buffer) => bytes.subarray(0, 2).toString('hex') === 'fffe' && bytes.subarray(2).toString('utf16le')],
    ['latin-1', (bytes: Buffer) => new TextDecoder('windows-1252').decode(bytes)],
  ])('is written in %s', async (encoding, decode) => {
    const { content } = await write({ path: `enc-${encoding}.csv`, encoding }, { columns: [{ name: 's', type: 'string' }], rows: [['Zoë €5 – ok']] });
    expect(decode(content())).toBe('s\nZoë €5 – ok\n');
  });

  it('names a character that Latin-1 lacks, and leaves the old file', async () => {
    const latin = 'latin.csv';
    await write({ path: latin, encoding: 'latin-1' }, { columns: [{ name: 's', type: 'string' }], rows: [['old']] });
    const { diagnostics, content } = await write({ path: latin, encoding: 'latin-1' }, { columns: [{ name: 's', type: 'string' }], rows: [['a'], ['日本']] });
    expect(diagnostics[0]).toMatchObject({ code: 'csv-encoding', message: 'Line 3 holds “日”, which Latin-1 (Windows-1252) does not have.' });
    expect(content().toString()).toBe('s\nold\n');
    expect((await readdir(opened.projectDir)).filter((name) => name.includes('.partial'))).toEqual([]);
  });
});

describe('formulas', () => {
  const given = { columns: [{ name: 's', type: 'string' }, { name: 'n', type: 'integer' }], rows: [['=1+1', -5], ['@x', 1], ['-', 2], ['ok', 3]] };
  it('are reported, or made harmless', async () => {
    const plain = await write({ path: 'f.csv' }, given);
    expect(plain.diagnostics[0]).toMatchObject({ code: 'csv-formulas', message: expect.stringContaining('Column “s” holds 2 texts') as string });
    const safe = await write({ path: 'f.csv', escapeFormulas: true }, given);
    expect(safe.diagnostics).toEqual([]);
    expect(safe.content().toString()).toBe("s,n\n'=1+1,-5\n'@x,1\n'-,2\nok,3\n");
  });
});

describe('what is there', () => {
  it('is replaced, unless told otherwise; folders never', async () => {
    await write({ path: 'r.csv' }, { columns: [{ name: 'a', type: 'integer' }], rows: [[1]] });
    const kept = await write({ path: 'r.csv', overwrite: false }, { columns: [{ name: 'a', type: 'integer' }], rows: [[2]] });
    expect(kept.diagnostics[0]).toMatchObject({ code: 'file-exists', place: { param: ['path'] } });
    expect(kept.content().toString()).toBe('a\n1\n');
    await mkdir(path.join(opened.projectDir, 'folder.csv'));
    expect((await write({ path: 'folder.csv' })).diagnostics[0]).toMatchObject({ code: 'is-folder' });
  });

  it('is written again when somebody removed it', async () => {
    const document = documentOf({ path: 'again.csv' });
    await opened.run(document);
    const at = path.join(opened.projectDir, 'again.csv');
    await writeFile(at, 'changed');
    await opened.run(document);
    expect(existsSync(at) && readFileSync(at, 'utf8').startsWith('day,city')).toBe(true);
  });

  it('says why a folder cannot be made', async () => {
    await writeFile(path.join(opened.projectDir, 'plain'), '');
    expect((await write({ path: 'plain/x.csv' })).diagnostics[0]).toMatchObject({ code: 'file-denied' });
  });
});
