import { utimes, writeFile } from 'node:fs/promises';
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

it('shows what an earlier run left, also where its file is another by now, and says where that is not kept', async () => {
  const file = path.join(test.projectDir, 'batch.csv');
  const parquet = path.join(test.projectDir, 'kept.parquet');
  const writeParquet = async (rows: readonly number[]) => {
    await test.engine.database.writeParquet({ op: 'scan', source: { kind: 'values', rows: rows.map((n) => [n]) }, schema: [{ name: 'n', type: 'integer' }], label: 'n' }, parquet, { signal });
    // Files of one length may be written within a tick of the clock.
    await utimes(parquet, rows.length, rows.length);
  };
  const signal = new AbortController().signal;
  const document = parseDocument(
    JSON.stringify({
      format: 'penstock-pipeline', version: 1, id: 'batches', title: 'Batches', notes: [], groups: [], layout: {},
      nodes: [
        { id: 'read', type: 'data/csv-reader', version: 2, params: { path: 'batch.csv' } },
        { id: 'few', type: 'transform/filter-rows', version: test.engine.catalogue.get('transform/filter-rows')?.definition.version, params: { expression: 'n > 1' } },
        { id: 'kept', type: 'data/parquet-reader', version: test.engine.catalogue.get('data/parquet-reader')?.definition.version, params: { path: 'kept.parquet' } },
      ],
      edges: [{ id: 'e1', from: { node: 'read', port: 'table' }, to: { node: 'few', port: 'table' } }],
    }),
  );
  const rows = async (nodeId: string, runId?: string) => {
    const { relation } = await test.engine.data.table({ document, nodeId, port: 'table', filter: '', runId }, signal);
    return (await test.engine.database.rows(relation)).rows;
  };
  await writeFile(file, 'n\n1\n2\n3\n');
  await writeParquet([1]);
  const first = await test.run(document);
  expect(first.status).toBe('succeeded');
  expect(await rows('kept', first.runId)).toEqual([[1]]);
  await writeFile(file, 'n\n7\n8\n9\n10\n');
  await writeParquet([5, 6]);
  const second = await test.run(document);
  expect(await rows('few')).toEqual([[7], [8], [9], [10]]);
  expect(await rows('few', second.runId)).toEqual([[7], [8], [9], [10]]);
  expect(await rows('few', first.runId)).toEqual([[2], [3]]);
  expect(await rows('kept', second.runId)).toEqual([[5], [6]]);
  // It was only described, and the file of then is not there any more: never the rows of another day.
  await expect(rows('kept', first.runId)).rejects.toMatchObject({ code: 'result-gone' });
  await expect(rows('few', 'nothing')).rejects.toMatchObject({ code: 'unknown-run' });
});
