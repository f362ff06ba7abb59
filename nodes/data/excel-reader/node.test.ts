import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

const samples = fileURLToPath(new URL('samples/', import.meta.url));
const orders = path.join(samples, 'orders.xlsx');
const cell = z.union([z.null(), z.boolean(), z.number(), z.string()]);
const answers = z.record(z.string(), z.object({ columns: z.array(z.string()), rows: z.array(z.array(cell)) })).parse(JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8')));

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

const documentOf = (params: Record<string, unknown>) => fixtureDocument({ nodes: [{ id: 'n', type: 'data/excel-reader', params }], edges: [] }, opened.engine.catalogue);
const read = async (params: Record<string, unknown>) => {
  const document = documentOf(params);
  const { configurations } = await opened.engine.configure(document);
  const { nodes } = await opened.run(document);
  const diagnostics = [...(configurations.n?.diagnostics ?? []), ...(nodes.n?.diagnostics ?? [])];
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { table: await opened.table(document, 'n', 'table'), rejects: await opened.table(document, 'n', 'rejects'), diagnostics };
};
const failure = async (params: Record<string, unknown>) => {
  const document = documentOf(params);
  const { configurations } = await opened.engine.configure(document);
  const { nodes } = await opened.run(document);
  return [...(configurations.n?.diagnostics ?? []), ...(nodes.n?.diagnostics ?? [])].find(({ severity }) => severity === 'error');
};
const trimmed = (row: readonly unknown[]) => row.map((value) => (typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ') : value));

/** A zip with these parts, as a hostile or broken workbook. */
async function archive(name: string, parts: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const zip = new ZipFile();
  for (const [part, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), part);
  zip.end();
  const blocks: Buffer[] = [];
  for await (const block of zip.outputStream) blocks.push(block as Buffer);
  const at = path.join(opened.projectDir, name);
  await writeFile(at, Buffer.concat(blocks));
  return at;
}

const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const skeleton = (sheet: string): Record<string, string> => ({
  '_rels/.rels': `<Relationships><Relationship Id="a" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="b"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="b" Type="${office}/worksheet" Target="worksheets/s.xml"/></Relationships>`,
  'xl/worksheets/s.xml': sheet,
});
const sheetXml = (rows: string): string => `<?xml version="1.0"?><worksheet><sheetData>${rows}</sheetData></worksheet>`;

describe('the same workbooks as pandas', () => {
  it('reads the first visible sheet with types from its cells', async () => {
    const { table, diagnostics } = await read({ path: orders });
    expect(table.schema).toEqual(answers['Orders']?.columns.map((name, i) => ({ name, type: ['integer', 'string', 'float', 'boolean', 'date', 'timestamp', 'string', 'string', 'integer'][i] })));
    expect(table.rows).toEqual(answers['Orders']?.rows.map(trimmed));
    const said = diagnostics.map(({ message }) => message).join('\n');
    expect(said).toContain('Column H has no header and is named “column_8”');
    expect(said).toContain('Column I has the header “id”, which another has too, and is named “id_2”');
    expect(said).toContain('there are also “Hidden”, “Offset table”');
    expect(said).toContain('Column “note” holds text and numbers and is kept as text');
  });

  it('reads a range, errors as missing, merged cells as they are or filled', async () => {
    const kept = await read({ path: orders, sheet: 'Offset table', range: 'B4:D7' });
    expect(kept.table.rows).toEqual(answers['Offset table']?.rows);
    expect(kept.diagnostics.find(({ code }) => code === 'excel-error-cells')?.message).toBe('1 cell holds the error #N/A (first in D6) and is missing in the table.');
    const filled = await read({ path: orders, sheet: 'Offset table', range: 'B4:D7', merged: 'fill' });
    expect(filled.table.rows).toEqual(answers['Offset table, filled']?.rows);
  });

  it('counts days from 1904 where the workbook does', async () => {
    const { table } = await read({ path: path.join(samples, 'mac-1904.xlsx') });
    expect(table).toEqual({ schema: [{ name: 'day', type: 'date' }], rows: answers['1904']?.rows });
  });
});

describe('strictness', () => {
  it('sets rows aside with sheet rows and reasons', async () => {
    const types = [{ column: 'note', type: 'integer' }];
    expect(await failure({ path: orders, types })).toMatchObject({ code: 'bad-value', message: expect.stringContaining('orders.xlsx, row 2, column “note”') as string });
    const { table, rejects } = await read({ path: orders, types, misfits: 'set-aside' });
    expect(table.rows.map(([id]) => id)).toEqual([2]);
    expect(rejects.rows.map(([, line, column]) => [line, column])).toEqual([[2, 'note'], [5, 'note']]);
  });

  it('does not drop a value to the right of the table', async () => {
    const rows = ['<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>', ...Array.from({ length: 10_500 }, (_, i) => `<row r="${i + 2}"><c r="A${i + 2}"><v>${i}</v></c>${i === 10_400 ? `<c r="C${i + 2}"><v>9</v></c>` : ''}</row>`)];
    const at = await archive('wide.xlsx', skeleton(sheetXml(rows.join(''))));
    expect(await failure({ path: at })).toMatchObject({ code: 'bad-record', message: expect.stringContaining('column C lies beyond the last column') as string, place: { line: 10_402 } });
    const { table, rejects } = await read({ path: at, misfits: 'set-aside' });
    expect(table.rows).toHaveLength(10_499);
    expect(rejects.rows).toHaveLength(1);
  });
});

describe('hostile and broken files', () => {
  it.each([
    ['nothing', '', 'excel-format'],
    ['text', 'a,b\n1,2\n', 'excel-format'],
    ['a cut zip', 'PK\u0003\u0004nothing more', 'excel-damaged'],
    ['an old workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0, 0, 0]), 'excel-old'],
    ['a protected workbook', Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), Buffer.from('EncryptedPackage', 'utf16le')]), 'excel-protected'],
  ])('refuses %s with words', async (name, content, code) => {
    const at = path.join(opened.projectDir, `${name.replaceAll(' ', '-')}.xlsx`);
    await writeFile(at, content);
    expect((await failure({ path: at }))?.code).toBe(code);
  });

  it('refuses another zip, and XML that defines entities', async () => {
    expect((await failure({ path: await archive('plain.xlsx', { 'a.txt': 'a' }) }))?.code).toBe('excel-format');
    const laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>';
    expect((await failure({ path: await archive('laughs.xlsx', skeleton(laughs)) }))?.code).toBe('excel-damaged');
    expect((await failure({ path: await archive('torn.xlsx', skeleton('<worksheet><sheetData><row r="1"><c')) }))?.code).toBe('excel-damaged');
  });

  it('refuses text without end in bounded memory', async () => {
    // 600 MB of one letter pack into 600 kB.
    const part = Buffer.alloc(8 << 20, 'a');
    const zip = new ZipFile();
    const parts = skeleton(sheetXml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'));
    parts['xl/_rels/workbook.xml.rels'] = `<Relationships><Relationship Id="b" Type="${office}/worksheet" Target="worksheets/s.xml"/><Relationship Id="c" Type="${office}/sharedStrings" Target="strings.xml"/></Relationships>`;
    for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), name);
    const { Readable } = await import('node:stream');
    zip.addReadStream(Readable.from((function* () {
      yield Buffer.from('<sst>');
      for (let i = 0; i < 72; i += 1) {
        yield Buffer.from('<si><t>');
        yield part;
        yield Buffer.from('</t></si>');
      }
      yield Buffer.from('</sst>');
    })()), 'xl/strings.xml');
    zip.end();
    const blocks: Buffer[] = [];
    for await (const block of zip.outputStream) blocks.push(block as Buffer);
    const at = path.join(opened.projectDir, 'bomb.xlsx');
    await writeFile(at, Buffer.concat(blocks));
    expect((await failure({ path: at }))?.code).toBe('archive-too-large');
  }, 60_000);
});

describe('choices', () => {
  it('answers wrong sheets and ranges with words', async () => {
    expect(await failure({ path: orders, sheet: 'Nope' })).toMatchObject({ code: 'excel-sheet', remedy: 'Its sheets are “Hidden”, “Orders”, “Offset table”.' });
    expect(await failure({ path: orders, range: 'B9:A1' })).toMatchObject({ code: 'excel-range' });
    expect(await failure({ path: orders, range: 'Z90' })).toMatchObject({ code: 'excel-empty' });
    expect(await failure({ path: orders, types: [{ column: 'nope', type: 'float' }] })).toMatchObject({ code: 'unknown-column' });
  });

  it('reads without a header, and columns alone', async () => {
    const { table } = await read({ path: orders, sheet: 'Offset table', range: 'B5:C7', header: false });
    expect(table).toEqual({ schema: [{ name: 'column_1', type: 'string' }, { name: 'column_2', type: 'integer' }], rows: [['North', 1], [null, 2], ['South', 1]] });
    const columns = await read({ path: orders, range: 'A:B' });
    expect(columns.table.rows).toEqual([[1, 'Ada'], [2, null], [3, 'Zoë & <co>']]);
  });
});
