import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import type { ColumnType } from '#app/relation/types.ts';
import { commonColumns, widerType } from './plan.ts';

describeFixtures(import.meta.url);

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

async function folder(name: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    const at = path.join(opened.projectDir, name, file);
    await mkdir(path.dirname(at), { recursive: true });
    await writeFile(at, text);
  }
}
const reader = (params: Record<string, unknown>) => fixtureDocument({ nodes: [{ id: 'n', type: 'data/folder-of-files', params }], edges: [] }, opened.engine.catalogue);

describe('a folder of CSV files', () => {
  it('is one table by name, with what differs said', async () => {
    await folder('sales', { 'a.csv': 'id,price,note\n1,2,x\n2,3,\n', 'b.csv': 'price;id;day\n1,5;3;31.01.2024\n2,5;four;01.02.2024\n3,5;5;02.02.2024\n4,5;6;02.02.2024\n4,5;7;02.02.2024\n4,5;8;02.02.2024\n', 'c.csv': 'ID,note,price\n9,5,\n' });
    const document = reader({ path: 'sales', types: [{ column: 'id', type: 'integer' }] });
    const state = (await opened.run(document)).nodes.n;
    expect(state).toMatchObject({ status: 'succeeded', ports: { table: { rows: 8 }, rejects: { rows: 1 } } });
    const { schema, rows } = await opened.table(document, 'n', 'table');
    expect(schema).toEqual([
      { name: 'file', type: 'string' },
      { name: 'id', type: 'integer' },
      { name: 'price', type: 'float' },
      { name: 'note', type: 'string' },
      { name: 'day', type: 'date' },
    ]);
    expect(rows.slice(0, 3)).toEqual([
      ['a.csv', 1, 2, 'x', null],
      ['a.csv', 2, 3, null, null],
      ['b.csv', 3, 1.5, null, '2024-01-31'],
    ]);
    expect(rows.at(-1)).toEqual(['c.csv', 9, null, '5', null]);
    expect((await opened.table(document, 'n', 'rejects')).rows).toEqual([['b.csv', 3, 'id', 'four', '“four” is not a whole number (integer).', '2,5;four;01.02.2024']]);
    const said = (await opened.engine.configure(document)).configurations.n?.diagnostics ?? [];
    expect(said.map(({ code }) => code)).toEqual(['files-differ', 'files-types-differ']);
    expect(said[0]?.message).toBe('a.csv has no column “day”; it is missing in its rows. 2 more files lack columns.');
    expect(said[1]?.message).toBe('Column “note” is text in a.csv and a whole number in c.csv; it is read as text.');
  });

  it('may be held to the same columns, and is stale when a file is added', async () => {
    await folder('same', { 'a.csv': 'x,y\n1,2\n', 'b.csv': 'y,x\n4,3\n' });
    const document = reader({ path: 'same/*.csv', columns: 'same', fileColumn: '' });
    await opened.run(document);
    expect((await opened.table(document, 'n', 'table')).rows).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await folder('same', { 'c.csv': 'x\n5\n' });
    const failed = (await opened.run(document)).nodes.n;
    expect(failed?.status).not.toBe('succeeded');
    expect(failed?.diagnostics[0]).toMatchObject({ code: 'files-differ', message: 'c.csv has no column “y”, which other files have.' });
    const loose = (await opened.run(reader({ path: 'same/*.csv', fileColumn: '' }))).nodes.n;
    expect(loose).toMatchObject({ status: 'succeeded', ports: { table: { rows: 3 } } });
  });

  it('reads Parquet files by the same rules, and folders within only when asked', async () => {
    await folder('mixed', { 'a.csv': 'x\n1\n', 'deep/b.csv': 'x\n2\n' });
    expect((await opened.table(reader({ path: 'mixed' }), 'n', 'table')).rows).toEqual([['a.csv', 1]]);
    expect((await opened.table(reader({ path: 'mixed', below: true }), 'n', 'table')).rows).toEqual([
      ['a.csv', 1],
      ['deep/b.csv', 2],
    ]);
    const one = path.join(opened.projectDir, 'packed', 'one.parquet');
    const two = path.join(opened.projectDir, 'packed', 'two.parquet');
    await opened.engine.database.writeColumns([{ name: 'x', type: 'integer', values: [1, 2] }], one);
    await opened.engine.database.writeColumns([{ name: 'X', type: 'float', values: [2.5] }, { name: 'y', type: 'string', values: ['t'] }], two);
    expect((await opened.table(reader({ path: 'packed', format: 'parquet' }), 'n', 'table')).rows).toEqual([
      ['one.parquet', 1, null],
      ['one.parquet', 2, null],
      ['two.parquet', 2.5, 't'],
    ]);
  });

  it('counts rejects over all files', async () => {
    const body = Array.from({ length: 10 }, (_, i) => `${i},${i}`).join('\n');
    await folder('bad', { 'a.csv': `x,y\n${body}\n1\n`, 'b.csv': `x,y\n${body}\n2\n` });
    const failed = (await opened.run(reader({ path: 'bad', maxRejects: 1 }))).nodes.n;
    expect(failed?.diagnostics[0]).toMatchObject({ code: 'csv-too-many-rejects' });
    expect((await opened.run(reader({ path: 'bad', maxRejects: 2 }))).nodes.n).toMatchObject({ status: 'succeeded', ports: { rejects: { rows: 2 } } });
  });
});

describe('types that files agree on', () => {
  const types: ColumnType[] = ['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp'];
  it('do not depend on the order of the files', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ type: fc.constantFrom(...types), empty: fc.boolean() }), { minLength: 1, maxLength: 6 }), (columns) => {
        const files = columns.map((column, i) => ({ name: `${i}`, path: `/${i}`, columns: [{ name: 'x', ...column }] }));
        const [one, other] = [files, files.toReversed()].map((list) => commonColumns(list, false).columns[0]?.type);
        // Only files without any value may leave their own type behind.
        if (columns.some(({ empty }) => !empty)) expect(one).toBe(other);
      }),
    );
    for (const a of types) for (const b of types) expect(widerType(a, b)).toEqual(widerType(b, a));
  });
});
