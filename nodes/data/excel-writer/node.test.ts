import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

const columns = [
  { name: 'i', type: 'integer' },
  { name: 'f', type: 'float' },
  { name: 's', type: 'string' },
  { name: 'b', type: 'boolean' },
  { name: 'd', type: 'date' },
  { name: 't', type: 'timestamp' },
  { name: 'h', type: 'time' },
];
const rows = [
  [1, 0.1, ' Zoë & <b>"x"</b> _x0041_ \u0001', true, '2024-02-29', '2024-02-29 13:30:15.25', '06:30:00'],
  [-999_999_999_999_999, -1e300, '=1+1', false, '1900-03-01', '1999-12-31 23:59:59', '23:59:59'],
  [null, null, null, null, null, null, null],
  [2, 5, '007\r\nnew line 🙂', true, '9999-12-31', '2000-01-01 00:00:00', '00:00:00'],
];
const written = async (params: Record<string, unknown>, given: { columns: unknown; rows: unknown } = { columns, rows }) => {
  const nodes = [{ id: 't', type: 'test/values', params: given }, { id: 'n', type: 'data/excel-writer', params }];
  return (await opened.run(fixtureDocument({ nodes, edges: [['t.table', 'n.table']] }, opened.engine.catalogue))).nodes.n;
};
const readBack = async (path: string, params: Record<string, unknown> = {}) => {
  const document = fixtureDocument({ nodes: [{ id: 'r', type: 'data/excel-reader', params: { path, ...params } }], edges: [] }, opened.engine.catalogue);
  await opened.run(document);
  return opened.table(document, 'r', 'table');
};

describe('a workbook', () => {
  it('reads back as it was written, whatever the text', async () => {
    expect((await written({ path: 'all.xlsx', sheet: 'Ärger & <co>' }))?.diagnostics).toEqual([]);
    const back = await readBack('all.xlsx', { sheet: 'Ärger & <co>' });
    expect(back.schema).toEqual(columns);
    expect(back.rows).toEqual(rows.filter((row) => row.some((value) => value !== null)));
  });

  it('holds as text what Excel would change, and says so', async () => {
    const odd = { columns: [{ name: 'id', type: 'integer' }, { name: 'd', type: 'date' }], rows: [['9007199254740993', '1850-05-01'], [5, '2024-01-01']] };
    const node = await written({ path: 'odd.xlsx' }, odd);
    expect(node?.diagnostics.map(({ message }) => message)).toEqual([
      'Column “id”: 1 value is written as text, because Excel would change whole numbers of more than 15 digits.',
      'Column “d”: 1 value is written as text, because Excel would change dates outside March 1900 to 9999.',
    ]);
    expect((await readBack('odd.xlsx')).rows).toEqual([['9007199254740993', '1850-05-01'], ['5', '2024-01-01']]);
  });

  it('stops at text that no cell holds, leaving nothing behind', async () => {
    const long = { columns: [{ name: 's', type: 'string' }], rows: [['x'.repeat(32_768)]] };
    expect((await written({ path: 'long.xlsx' }, long))?.diagnostics[0]).toMatchObject({ code: 'excel-long-text', place: { column: 's', line: 2 } });
  });

  it('refuses names of sheets and files that Excel refuses', async () => {
    expect((await written({ path: 'a.xlsx', sheet: 'a/b' }))?.diagnostics[0]?.message).toContain('may not hold');
    expect((await written({ path: 'a.csv' }))?.diagnostics[0]?.code).toBe('excel-extension');
  });

  it('without rows has its names', async () => {
    await written({ path: 'empty.xlsx' }, { columns, rows: [] });
    expect((await readBack('empty.xlsx')).schema.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
  });
});
