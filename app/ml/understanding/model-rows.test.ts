import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '#app/data/index.ts';
import { col } from '#app/relation/build.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { ModelSignature, ModelValue, TableValue } from '#app/sdk/ports.ts';
import { encodeModel } from '../onnx/encode.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { holdRows, leftOutNotes, readyRows, scoreRows, type UnderstandServices } from './model-rows.ts';

/** A model that predicts its one input: nothing where that is missing. */
const signature: ModelSignature = { task: 'regression', target: { name: 'y', type: 'float' }, inputs: [{ name: 'x', type: 'float' }], features: ['x'] };
const file = encodeModel({
  name: 'same',
  inputs: [{ name: 'x', type: 'double', shape: ['rows', 1] }],
  outputs: [{ name: 'prediction', type: 'float', shape: ['rows', 1] }],
  nodes: [{ op: 'Cast', inputs: ['x'], outputs: ['prediction'], attributes: { to: { kind: 'int', value: 1 } } }],
  initializers: [],
});

let folder: string;
let database: Database;
let services: UnderstandServices;
const model: ModelValue = { kind: 'model', onnx: 'model.onnx', golden: '', signature, algorithm: 'same', params: {}, metrics: {}, rows: 0 };
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-rows-'));
  writeFileSync(path.join(folder, 'model.onnx'), file);
  database = await openDatabase({ tempDir: folder });
  const artifacts = { put: async () => '', read: async () => file, path: (id: string) => path.join(folder, id) };
  const rows: UnderstandServices['tables']['rows'] = (relation, limit) => database.rows(relation, limit);
  const tables = {
    rows,
    column: (relation: Relation, name: string) => database.column(relation, name),
    materialise: async (relation: Relation): Promise<TableValue> => {
      const found = await rows(relation);
      return { kind: 'table', schema: found.schema, relation: { op: 'scan', source: { kind: 'values', rows: found.rows }, schema: found.schema, label: 'written' } };
    },
  } as unknown as UnderstandServices['tables'];
  services = { tables, artifacts, signal: new AbortController().signal, progress: () => undefined, report: () => undefined, resolvePath: (given) => given };
});
afterAll(async () => {
  await database.close();
  closeIdleWorkers();
  rmSync(folder, { recursive: true, force: true });
});

const schema: Schema = [{ name: 'x', type: 'float' }, { name: 'y', type: 'float' }, { name: 'who', type: 'string' }];
const table = (rows: readonly (readonly (null | number | string)[])[]): TableValue => ({ kind: 'table', schema, relation: { op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' } });

describe('rows of a model', () => {
  it('keep predictions, truth and further values together, without those that have no truth or no answer', async () => {
    const rows = Array.from({ length: 50 }, (_unused, i) => [i % 10 === 3 ? null : i, i % 7 === 5 ? null : 100 + i, `row ${i}`]);
    const ready = await readyRows(model, table(rows), { truth: true, extra: [col('who')] }, services);
    const scored = await scoreRows(model, ready, services);
    const expected = rows.flatMap(([x, y, who]) => (x === null || y === null ? [] : [[x, y, who]]));
    expect(scored.rows).toBe(expected.length);
    expect([...scored.prediction].map((x, i) => [x, scored.truth[i], scored.extras[0]?.[i]])).toEqual(expected);
    expect([ready.missingTruth, scored.unanswered]).toEqual([7, 5 - rows.filter(([x, y]) => x === null && y === null).length]);
    expect(leftOutNotes(ready, scored.unanswered)).toEqual(['7 rows without a value of “y” are left out.', `${scored.unanswered} rows that the model has no answer for are left out.`]);
  });

  it('are the same sample every time', async () => {
    const rows = Array.from({ length: 500 }, (_unused, i) => [i, i, '']);
    const sample = async () => (await holdRows(await readyRows(model, table(rows), { truth: true }, services), 40, services)).columns['x'];
    const first = await sample();
    expect(first).toHaveLength(40);
    expect(new Set(first).size).toBe(40);
    expect(await sample()).toEqual(first);
    expect([...(first ?? [])]).toEqual([...(first ?? [])].toSorted((a, b) => Number(a) - Number(b)));
  });

  it('say what is wrong with the table', async () => {
    await expect(readyRows(model, table([[1, null, '']]), { truth: true }, services)).rejects.toMatchObject({ code: 'no-rows' });
    await expect(readyRows(model, table([]), { truth: false }, services)).rejects.toMatchObject({ code: 'no-rows', message: 'The table has no rows.' });
    await expect(readyRows({ ...model, signature: { ...signature, target: { name: 'z', type: 'float' } } }, table([[1, 1, '']]), { truth: true }, services)).rejects.toMatchObject({ code: 'target-missing' });
    await expect(readyRows({ ...model, signature: { ...signature, inputs: [{ name: 'who', type: 'float' }] } }, table([[1, 1, '']]), { truth: true }, services)).rejects.toMatchObject({ code: 'column-type' });
    const other: ModelSignature = { ...signature, task: 'classification', target: { name: 'who', type: 'string' }, classes: ['a', 'b'] };
    await expect(readyRows({ ...model, signature: other }, table([[1, 1, 'c']]), { truth: true }, services)).rejects.toMatchObject({ code: 'unknown-classes' });
  });
});
