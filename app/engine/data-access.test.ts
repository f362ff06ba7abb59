import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDocument } from '#app/pipeline/index.ts';
import { openTestEngine, type TestEngine } from './testing.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test.close());

function withFormulas(columns: readonly { name: string; expression: string }[]) {
  const nodes = [
    { id: 'rows', type: 'test/values', version: 1, params: { columns: [{ name: 'dep_time', type: 'integer' }], rows: [[517]] } },
    { id: 'formula', type: 'transform/formula', version: 1, params: { columns } },
  ];
  const edges = [{ id: 'e1', from: { node: 'rows', port: 'table' }, to: { node: 'formula', port: 'table' } }];
  return parseDocument(JSON.stringify({ format: 'penstock-pipeline', version: 1, id: 'looks', title: 'Looks', nodes, edges, notes: [], groups: [], layout: {} }));
}

const look = (columns: readonly { name: string; expression: string }[]) =>
  test.engine.data.table({ document: withFormulas(columns), nodeId: 'formula', port: 'table', filter: '' }, new AbortController().signal);

it('says what is wrong now, not what was wrong when the node was looked at before', async () => {
  await expect(look([])).rejects.toThrow('There is no formula yet.');
  await expect(look([{ name: '', expression: '' }])).rejects.toThrow('Formula 1 has no column name.');
  await expect(look([{ name: 'minutes', expression: 'dep_tme // 100' }])).rejects.toThrow('“dep_tme”');
  await expect(look([{ name: 'minutes', expression: 'dep_time // 100 * 60 + mod(dep_time, 100)' }])).resolves.toMatchObject({ kind: 'table' });
});

it('names the file that was meant, at the field with the path', async () => {
  await writeFile(path.join(test.projectDir, 'planes.csv'), 'tailnum,seats\nN10156,55\n');
  const document = parseDocument(JSON.stringify({ format: 'penstock-pipeline', version: 1, id: 'file', title: 'File', nodes: [{ id: 'read', type: 'data/csv-reader', version: 1, params: { path: 'plane.csv' } }], edges: [], notes: [], groups: [], layout: {} }));
  const [problem, ...more] = (await test.engine.configure(document)).diagnostics;
  expect(more).toEqual([]);
  expect(problem).toMatchObject({ code: 'file-missing', place: { param: ['path'] } });
  expect(problem?.message).toContain('Did you mean “planes.csv”?');
});
