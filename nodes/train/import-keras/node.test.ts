import { copyFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

const tables = z.array(z.array(z.array(z.number())));
const answersSchema = z.object({ models: z.array(z.object({ file: z.string(), given: tables, answers: tables })) });
const pathOf = (name: string): string => fileURLToPath(new URL(`./files/${name}`, import.meta.url));
/** By scripts/reference/keras_models.py: what Keras predicts. */
const { models } = answersSchema.parse(JSON.parse(readFileSync(pathOf('keras3.json'), 'utf8')));
const answersOf = (file: string) => models.find((model) => model.file === file) ?? { given: [], answers: [] };

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(() => opened.close());

const columns = ['bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g'];
const species = 'Adelie, Chinstrap, Gentoo';

function documentOf(file: string, params: object, rows: readonly (readonly number[])[], names: readonly string[]) {
  const nodes = [
    { id: 'in', type: 'test/values', params: { columns: names.map((name) => ({ name, type: 'float' })), rows } },
    { id: 'model', type: 'train/import-keras', params: { path: file, ...params } },
    { id: 'predict', type: 'evaluate/predict', params: {} },
  ];
  return fixtureDocument({ nodes, edges: [['in.table', 'model.table'], ['in.table', 'predict.table'], ['model.model', 'predict.model']] }, opened.engine.catalogue);
}

async function predicted(file: string, params: object, rows: readonly (readonly number[])[], names: readonly string[]) {
  const document = documentOf(file, params, rows, names);
  const configured = await opened.engine.configure(document);
  const { nodes } = await opened.run(document, ['predict']);
  expect(Object.values(nodes).flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
  const { rows: found, schema } = await opened.table(document, 'predict', 'table');
  const promised = configured.configurations['predict']?.outputs['table'];
  expect(promised?.kind === 'table' ? promised.schema : null).toEqual(schema);
  return found.map((row) => row.slice(names.length));
}

/** The first thing that is said of a file, before anything runs. */
async function fault(file: string): Promise<string> {
  const { configurations } = await opened.engine.configure(documentOf(file, {}, [[1, 2, 3, 4]], columns));
  const [first] = configurations['model']?.diagnostics ?? [];
  return `${first?.code ?? 'none'}: ${first?.message ?? ''}`;
}

describe('a Keras model', () => {
  it('classifies penguins as it does in Python', async () => {
    const { given: [rows = []], answers: [probabilities = []] } = answersOf('penguins.keras');
    const found = await predicted(pathOf('penguins.keras'), { target: 'species', classes: species }, rows, columns);
    for (const [row, wanted] of probabilities.entries()) {
      expect(found[row]?.[0]).toBe(species.split(', ')[wanted.indexOf(Math.max(...wanted))]);
      for (const [cls, probability] of wanted.entries()) expect(Number(found[row]?.[1 + cls])).toBeCloseTo(probability, 5);
    }
    expect(new Set(found.map(([label]) => label)).size).toBe(3);
  });

  it('with two inputs and two outputs takes each from its columns and gives the one that is chosen', async () => {
    const { given: [left = [], right = []], answers: [kind = [], amount = []] } = answersOf('graph.keras');
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const inputs = [{ input: 'left', columns: 'a, b, c, d' }, { input: 'right', columns: 'e, f, g, h' }];
    const rows = left.map((row, i) => [...row, ...(right[i] ?? [])]);
    const classes = await predicted(pathOf('graph.keras'), { inputs, classes: 'no, yes', output: 'kind_probabilities' }, rows, names);
    for (const [row, wanted] of kind.entries()) expect(Number(classes[row]?.[1])).toBeCloseTo(wanted[0] ?? Number.NaN, 5);
    const numbers = await predicted(pathOf('graph.h5'), { inputs, output: 'amount', predicts: 'number' }, rows, names);
    // The .h5 and the .keras are the same model.
    for (const [row, wanted] of amount.entries()) expect(Number(numbers[row]?.[0])).toBeCloseTo(wanted[0] ?? Number.NaN, 4);
  });
});

describe('a file that cannot be used', () => {
  const folder = (): string => {
    const made = path.join(opened.projectDir, 'keras');
    mkdirSync(made, { recursive: true });
    return made;
  };
  const written = (name: string, bytes: Uint8Array | string): string => {
    const file = path.join(folder(), name);
    writeFileSync(file, bytes);
    return file;
  };

  it('is named before the run: cut off, empty, of another kind', async () => {
    const archive = readFileSync(pathOf('dense.keras'));
    const legacy = readFileSync(pathOf('dense.h5'));
    expect(await fault(written('cut.keras', archive.subarray(0, archive.length / 2)))).toBe('keras-damaged: “cut.keras” is a damaged or cut off archive.');
    expect(await fault(written('cut.h5', legacy.subarray(0, legacy.length / 2)))).toBe('keras-damaged: “cut.h5” is not a readable HDF5 file.');
    expect(await fault(written('empty.keras', ''))).toBe('keras-damaged: “empty.keras” is empty.');
    expect(await fault(written('model.json', '{"format": "layers-model"}'))).toBe('keras-damaged: “model.json” is no model.json of TensorFlow.js.');
    expect(await fault(written('no.json', '{'))).toBe('keras-damaged: “no.json” holds a description that is no JSON.');
    expect(await fault(written('text.keras', 'weights'))).toContain('keras-damaged: “text.keras” is no Keras model');
  });

  it('counts as changed when its weights did, which lie beside a model.json', async () => {
    const description = { format: 'layers-model', modelTopology: { class_name: 'Sequential', config: { name: 'one', layers: [{ class_name: 'Dense', config: { name: 'out', units: 1, batch_input_shape: [null, 1], activation: 'linear' } }] } }, weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'out/kernel', shape: [1, 1], dtype: 'float32' }, { name: 'out/bias', shape: [1], dtype: 'float32' }] }] };
    const file = written('one.json', JSON.stringify(description));
    expect(await fault(file)).toMatch(/^file-missing: .*w\.bin/);
    const { nodes } = await opened.run(documentOf(file, {}, [[1]], ['x']), ['predict']);
    expect(nodes['model']).toMatchObject({ status: 'failed', diagnostics: [{ code: 'file-missing' }] });
    const answer = async (kernel: number): Promise<unknown> => {
      const shard = written('w.bin', new Uint8Array(Float32Array.of(kernel, 0.5).buffer));
      utimesSync(shard, kernel, kernel);
      return (await predicted(file, { target: 'y', predicts: 'number' }, [[1], [2]], ['x'])).flat();
    };
    expect(await answer(3)).toEqual([3.5, 6.5]);
    expect(await answer(4)).toEqual([4.5, 8.5]);
  });

  it('does not hold anything open: the file can be replaced', async () => {
    const file = path.join(folder(), 'replaced.keras');
    copyFileSync(pathOf('dense.keras'), file);
    expect(await fault(file)).toBe('none: ');
    copyFileSync(pathOf('words.keras'), file);
    utimesSync(file, 5, 5);
    expect(await fault(file)).toContain('The input “');
  });
});
