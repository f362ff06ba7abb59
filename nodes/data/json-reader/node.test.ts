import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

const samples = fileURLToPath(new URL('samples/', import.meta.url));
const cell = z.union([z.null(), z.boolean(), z.number(), z.string()]);
const answers = z.record(z.string(), z.object({ columns: z.array(z.string()), rows: z.array(z.array(cell)) })).parse(JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8')));

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

const documentOf = (params: Record<string, unknown>) => fixtureDocument({ nodes: [{ id: 'n', type: 'data/json-reader', params }], edges: [] }, opened.engine.catalogue);
const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  const at = path.join(opened.projectDir, name);
  await writeFile(at, content);
  return at;
};
const read = async (params: Record<string, unknown>) => {
  const document = documentOf(params);
  const { nodes } = await opened.run(document);
  expect(nodes.n?.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { table: await opened.table(document, 'n', 'table'), rejects: await opened.table(document, 'n', 'rejects'), diagnostics: nodes.n?.diagnostics ?? [] };
};
const failure = async (params: Record<string, unknown>) => {
  const document = documentOf(params);
  const { configurations } = await opened.engine.configure(document);
  const { nodes } = await opened.run(document);
  return [...(configurations.n?.diagnostics ?? []), ...(nodes.n?.diagnostics ?? [])].find(({ severity }) => severity === 'error');
};
const iso = (row: readonly unknown[]) => row.map((value) => (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? value.replace('T', ' ').replace('Z', '').replace(/(\.\d*?)0+$/, '$1') : value));

describe('the same files as pandas', () => {
  it('reads JSON lines', async () => {
    const { table } = await read({ path: path.join(samples, 'events.jsonl') });
    expect(table.schema.map(({ name }) => name)).toEqual(answers['events.jsonl']?.columns);
    expect(table.rows).toEqual(answers['events.jsonl']?.rows.map(iso));
    expect(table.schema.map(({ type }) => type)).toEqual(['integer', 'string', 'float', 'boolean', 'timestamp']);
  });

  it.each([
    ['kept', 'text', 'orders.json'],
    ['flattened', 'flatten', 'orders.json, flattened'],
  ])('finds the list inside an object, nested objects %s', async (_, nested, answer) => {
    const { table } = await read({ path: path.join(samples, 'orders.json'), nested });
    expect(table.schema.map(({ name }) => name)).toEqual(answers[answer]?.columns);
    expect(table.rows).toEqual(answers[answer]?.rows);
  });

  it.each([
    ['gzip', gzipSync],
    ['Zstandard', zstdCompressSync],
  ])('reads %s', async (name, pack) => {
    const at = await file(`orders-${name}.json.packed`, pack(readFileSync(path.join(samples, 'orders.json'))));
    expect((await read({ path: at })).table.rows).toEqual(answers['orders.json']?.rows);
  });
});

describe('digits', () => {
  it('keeps whole numbers beyond 2^53, and beyond 64 bits as text', async () => {
    const at = await file('big.json', '[{"a": 9223372036854775807, "b": 123456789012345678901234567890, "c": 1.0}, {"a": 9007199254740993, "b": 1, "c": 2}]');
    const document = documentOf({ path: at });
    await opened.run(document);
    const { schema } = await opened.table(document, 'n', 'table');
    expect(schema.map(({ type }) => type)).toEqual(['integer', 'string', 'float']);
    const value = await opened.value(document, 'n', 'table');
    if (value.kind !== 'table') throw new Error('no table');
    const page = await opened.engine.database.column({ op: 'project', input: value.relation, columns: [{ name: 't', expr: { op: 'cast', to: 'string', arg: { op: 'col', name: 'a' }, onError: 'fail' } }] }, 't');
    expect(page).toEqual(['9223372036854775807', '9007199254740993']);
    expect(await opened.engine.database.column(value.relation, 'b')).toEqual(['123456789012345678901234567890', '1']);
  });
});

describe('layouts', () => {
  it.each([
    ['a list over several lines', '[\n {"a": 1},\n\n {"a":\n 2}\n]', [[1], [2]]],
    ['values one after another', '{\n"a": 1\n}\n{\n"a": 2\n}', [[1], [2]]],
    ['one object', '{"a": 7}', [[7]]],
    ['lists as records', '[[1], [2]]', [[1], [2]]],
    ['plain values', '[1, 2, null]', [[1], [2], [null]]],
    ['a byte-order mark', '\ufeff[{"a": 1}]', [[1]]],
    ['awkward keys', '[{"a/b~c": 1}, {"a/b~c": 2}]', [[1], [2]]],
    ['CR LF', '{"a": 1}\r\n{"a": 2}\r\n', [[1], [2]]],
  ])('%s', async (name, text, rows) => {
    const at = await file(`layout-${name.replaceAll(' ', '-')}.json`, text);
    expect((await read({ path: at })).table.rows).toEqual(rows);
  });

  it('reads UTF-16', async () => {
    const at = await file('utf16.json', Buffer.from('\ufeff[{"s": "Zoë"}]', 'utf16le'));
    expect((await read({ path: at })).table.rows).toEqual([['Zoë']]);
  });

  it('follows a path past look-alikes', async () => {
    const at = await file('paths.json', '{"x": {"items": [{"no": 1}], "list": {"items": 3}}, "list": {"other": {"items": [9]}, "items": [{"yes": 1}, {"yes": 2}]}}');
    expect((await read({ path: at, list: 'list.items' })).table).toEqual({ schema: [{ name: 'yes', type: 'integer' }], rows: [[1], [2]] });
    expect(await failure({ path: at })).toMatchObject({ code: 'json-path', message: expect.stringContaining('“x.items”, “list.items”') as string });
    expect(await failure({ path: at, list: 'list.none' })).toMatchObject({ code: 'json-path' });
  });
});

describe('faults', () => {
  it('names file, line and column of a value that does not fit, or sets its row aside', async () => {
    const at = await file('bad.jsonl', '{"n": 1, "d": "2024-01-01"}\n{"n": "many", "d": "soon"}\n\n{"n": 2.5}\n[1]\n{"n": 3}');
    const types = [{ column: 'n', type: 'integer' }, { column: 'd', type: 'date' }];
    expect(await failure({ path: at, types })).toMatchObject({ code: 'bad-value', message: 'bad.jsonl, line 2, column “n”: “many” is not a whole number (integer).' });
    const { table, rejects, diagnostics } = await read({ path: at, types, misfits: 'set-aside' });
    expect(table.rows).toEqual([[1, '2024-01-01'], [3, null]]);
    expect(rejects.rows).toEqual([
      ['bad.jsonl', 2, 'n', 'many', 'is not a whole number (integer)'],
      ['bad.jsonl', 2, 'd', 'soon', 'is not a date like 2024-01-31 (date)'],
      ['bad.jsonl', 4, 'n', '2.5', 'is not a whole number (integer)'],
      ['bad.jsonl', 5, null, null, 'the record is not an object'],
    ]);
    expect(diagnostics.find(({ code }) => code === 'rows-set-aside')?.message).toContain('4 values');
  });

  it.each([
    ['a broken line', '{"a": 1}\n{"a": 2}\n{"a": }\n', 'line 3: this is not JSON'],
    ['a list that has no end', '[\n{"a": 1},\n{"a": 2\n', 'has no end'],
    ['a missing quote', '[\n{"a": "x},\n{"a": 2}\n]', 'line 2: a text does not end'],
    ['two commas', '[{"a": 1},,{"a": 2}]', 'a comma stands where a value is expected'],
    ['a comma at the end', '[{"a": 1},\n]', 'line 2: a comma is followed by no value'],
    ['no JSON at all', 'a,b\n1,2\n', 'line 1: this is not JSON'],
    ['an empty file', '', 'is empty'],
    ['an empty list', '[]', 'holds no record with a key'],
  ])('says where: %s', async (name, text, message) => {
    const at = await file(`fault-${name.replaceAll(' ', '-')}.json`, text);
    expect((await failure({ path: at }))?.message).toContain(message);
  });

  it('reports keys that come after the sample, and reads them when asked', async () => {
    const lines = Array.from({ length: 25_000 }, (_, i) => (i === 24_000 ? '{"a": 1, "late": "x"}' : `{"a": ${i}}`));
    const at = await file('late.jsonl', lines.join('\n'));
    const { table, diagnostics } = await read({ path: at });
    expect(table.rows).toHaveLength(25_000);
    expect(diagnostics.find(({ code }) => code === 'json-new-key')?.message).toBe('The key “late” appears first in line 24\u202f001, in 1 record, and has no column.');
    const asked = await read({ path: at, types: [{ column: 'late', type: 'string' }] });
    expect(asked.table.rows[24_000]).toEqual([1, 'x']);
    expect(asked.diagnostics.filter(({ code }) => code === 'json-new-key')).toEqual([]);
  });
});
