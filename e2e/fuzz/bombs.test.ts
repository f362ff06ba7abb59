import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { buffer } from 'node:stream/consumers';
import { fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { runTask } from '#app/ml/index.ts';
import { zipOf } from './zip-parts.ts';

/** Small files that claim to be, or become, huge: each is refused or bounded, and says what the bound is. */

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
  await mkdir(path.join(test.projectDir, 'data'), { recursive: true });
});
afterAll(() => test.close());

interface Read {
  readonly code: string | null;
  readonly message: string;
  readonly rows: number | null;
}

/** What a reader node says of a file, and by how much it raised the peak of this process's memory. */
async function read(type: string, name: string, bytes: Uint8Array | string, params: Record<string, unknown> = {}): Promise<Read> {
  await writeFile(path.join(test.projectDir, 'data', name), bytes);
  const document = fixtureDocument({ nodes: [{ id: 'read', type, params: { path: `data/${name}`, ...params } }], edges: [] }, test.engine.catalogue);
  const configured = await test.engine.configure(document);
  const before = configured.diagnostics.find(({ severity }) => severity === 'error');
  const { nodes } = before === undefined ? await test.run(document) : { nodes: {} as Record<string, never> };
  const error = before ?? (nodes['read'] as { diagnostics: { severity: string; code: string; message: string }[] } | undefined)?.diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) return { code: error.code, message: error.message, rows: null };
  return { code: null, message: '', rows: (nodes['read'] as { ports: Record<string, { rows: number | null }> } | undefined)?.ports['table']?.rows ?? null };
}

const sheet = (rows: Iterable<string>): Promise<Uint8Array> => {
  const zip = new ZipFile();
  const add = (name: string, text: string): void => zip.addBuffer(Buffer.from(text), name);
  add('[Content_Types].xml', '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>');
  add('_rels/.rels', '<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>');
  add('xl/workbook.xml', '<workbook><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>');
  add('xl/_rels/workbook.xml.rels', '<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>');
  add('xl/worksheets/sheet1.xml', `<worksheet><sheetData>${[...rows].join('')}</sheetData></worksheet>`);
  zip.end();
  return buffer(zip.outputStream).then((bytes) => new Uint8Array(bytes));
};

describe('bombs', () => {
  it('JSON nested 100,000 deep', async () => {
    const deep = `[{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}]`;
    expect(await read('data/json-reader', 'deep.json', deep)).toMatchObject({ code: expect.stringMatching(/^(json-|bad-)/) as unknown, message: expect.stringContaining('deep.json') as unknown });
  });

  it('a pipeline document nested 100,000 deep', () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    expect(() => parseDocument(`{"format":"penstock-pipeline","version":1,"x":${deep}}`)).toThrow(/nested deeper than 200 levels/);
  });

  it('a CSV file of 100,000 columns', async () => {
    const header = Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(',');
    const found = await read('data/csv-reader', 'wide.csv', `${header}\n${'1,'.repeat(99_999)}1\n`);
    expect(found).toMatchObject({ code: 'csv-too-wide', message: expect.stringMatching(/wide\.csv: there are 100\D?000 columns; up to 20\D?000/) as unknown });
  });

  it('a workbook that unpacks to a thousand times its size', async () => {
    const row = `<row>${'<c><v>1</v></c>'.repeat(1000)}</row>`;
    const bytes = await sheet(Array.from({ length: 6000 }, () => row));
    expect(bytes.length).toBeLessThan(600_000);
    expect(await read('data/excel-reader', 'bomb.xlsx', bytes)).toMatchObject({ code: 'archive-too-large', message: expect.stringContaining('250 times') as unknown });
  });

  it('a workbook with entities that grow', async () => {
    const bytes = await zipOf([['_rels/.rels', Buffer.from(`<!DOCTYPE x [<!ENTITY a "${'b'.repeat(1000)}">]><Relationships>&a;</Relationships>`)]]);
    expect(await read('data/excel-reader', 'entities.xlsx', bytes)).toMatchObject({ code: 'excel-damaged' });
  });

  it('a workbook with a cell in column 10⁹ and row 10⁹', async () => {
    const found = await read('data/excel-reader', 'far.xlsx', await sheet(['<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="999999999"><c r="ZZZZZZ999999999"><v>2</v></c></row>']));
    expect(found.code === null || /far\.xlsx/.test(found.message)).toBe(true);
  });

  it('a picture of 60,000 × 60,000', async () => {
    const chunk = (kind: string, body: Buffer): Buffer => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(body.length, 0);
      head.write(kind, 4, 'latin1');
      return Buffer.concat([head, body, Buffer.alloc(4)]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(60_000, 0);
    header.writeUInt32BE(60_000, 4);
    header.set([8, 2, 0, 0, 0], 8);
    const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(1 << 20))), chunk('IEND', Buffer.alloc(0))]);
    const file = path.join(test.projectDir, 'data', 'huge.png');
    await writeFile(file, png);
    const before = process.resourceUsage().maxRSS;
    expect(await runTask('read-images', { paths: [file], width: 8, height: 8 })).toEqual({ texts: [''], unreadable: 1 });
    expect((process.resourceUsage().maxRSS - before) * 1024).toBeLessThan(200e6);
  });

  it('a CSV with a value of 90 MB is read or refused', async () => {
    const found = await read('data/csv-reader', 'line.csv', `a,b\n1,${'x'.repeat(90_000_000)}\n`);
    expect(found.code === null ? found.rows : /line\.csv/.test(found.message)).toBeTruthy();
  });

  it('Parquet files that claim more rows, pages and bytes than they have', async () => {
    await test.engine.database.writeParquet({ op: 'scan', source: { kind: 'values', rows: Array.from({ length: 500 }, (_, i) => [i, `text ${i}`]) }, schema: [{ name: 'a', type: 'integer' }, { name: 'b', type: 'string' }], label: 'x' }, path.join(test.projectDir, 'data', 'good.parquet'));
    const good = new Uint8Array(await readFile(path.join(test.projectDir, 'data', 'good.parquet')));
    const before = process.resourceUsage().maxRSS;
    let refused = 0;
    // A varint of the largest number at every fifth place: row counts, sizes of pages and of columns, offsets, lengths of the footer.
    for (let at = 4; at + 9 < good.length; at += Math.max(5, Math.floor(good.length / 60))) {
      const lie = Uint8Array.from(good);
      lie.set([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], at);
      const found = await read('data/parquet-reader', `lie-${at}.parquet`, lie);
      if (found.code !== null) {
        refused += 1;
        expect(found.message).toMatch(/lie-\d+\.parquet|memory/);
      }
    }
    expect(refused).toBeGreaterThan(20);
    expect((process.resourceUsage().maxRSS - before) * 1024).toBeLessThan(1.5e9);
  });
});
