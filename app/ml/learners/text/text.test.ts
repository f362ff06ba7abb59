import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '#app/data/index.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { FittedRecipe } from '#app/sdk/ports.ts';
import { parameterCount } from '../../autodiff/flat-parameters.ts';
import { headModel } from '../../model/assemble.ts';
import { nativeRuntime, runModel, wasmRuntime } from '../../onnx/testing.ts';
import { featuresOfFew } from '../../recipe/apply.ts';
import { fitRecipe } from '../../recipe/fit.ts';
import { featuresInOnnx } from '../../recipe/testing.ts';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { uniform } from '../random.ts';
import { runHead, trainInput } from '../testing.ts';
import { trainLearner } from '../train.ts';
import type { TrainInput } from '../types.ts';
import { textHead } from './head.ts';
import { initialParameters, parameterShapes, type TextSpec } from './network.ts';

const schema: Schema = [{ name: 'text', type: 'string' }];
let database: Database;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-words-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  await closeIdleWorkers();
  rmSync(folder, { recursive: true, force: true });
});

const scan = (texts: readonly (string | null)[]): Relation => ({ op: 'scan', source: { kind: 'values', rows: texts.map((text) => [text]) }, schema, label: 'texts' });
const fit = (texts: readonly (string | null)[], options: { size: number; minRows: number; length: number }, said: string[] = []): Promise<FittedRecipe> =>
  fitRecipe({ steps: [{ step: 'words', columns: { by: 'names', names: ['text'] }, ...options }] }, scan(texts), schema, database, { log: (_level, message) => said.push(message) });
const spellings = ({ texts: [text] = [] }: FittedRecipe): readonly (readonly string[])[] => (text !== undefined && 'places' in text ? text.places : []);

describe('vocabulary', () => {
  const texts = ['Straße und Haus', 'STRASSE, Haus; haus', 'das HAUS und die Straße', null, 'ein iPhone'];

  it('keeps the words of most rows, by every spelling seen and three more', async () => {
    expect(spellings(await fit(texts, { size: 3, minRows: 2, length: 4 }))).toEqual([['HAUS', 'Haus', 'haus'], ['Straße', 'straße', 'STRASSE'], ['und', 'Und', 'UND']]);
  });

  it('gives places up to a length, and says how many texts go on', async () => {
    const said: string[] = [];
    const fitted = await fit(texts, { size: 3, minRows: 2, length: 2 }, said);
    expect(Array.from(await featuresOfFew(fitted, scan(['UND das haus', null, 'die Straße']), database))).toEqual([3, 0, 0, 0, 0, 2]);
    expect(said).toEqual(['3 texts of “text” are longer than 2 words; only the beginning is read.']);
  });

  it('says where no word is frequent enough', async () => {
    await expect(fit(['a b', 'c d'], { size: 9, minRows: 2, length: 2 })).rejects.toMatchObject({ code: 'no-words', place: { param: ['minRows'] } });
  });
});

it('a model file reads words as training did', async () => {
  const seen = ['the Cat sat', 'a cat… on the MAT', 'größe naïve 東京 x1', 'Ünder the mat, 東京!'];
  const fitted = await fit(seen, { size: 100, minRows: 1, length: 4 });
  const known = spellings(fitted).flat();
  const word = fc.oneof(fc.constantFrom(...known, 'CAT', 'Größe', 'unknown'), fc.string({ unit: 'binary', maxLength: 4 }).filter((text) => !/[\ud800-\udfff\0]/.test(text)));
  const text = fc.array(fc.tuple(word, fc.constantFrom(' ', ', ', '-', '\n', '…')), { maxLength: 7 }).map((parts) => parts.flat().join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 6 }), async (texts) => {
      const rows = texts.map((one) => [one]);
      expect(await featuresInOnnx(nativeRuntime, fitted, schema, rows)).toEqual(await featuresOfFew(fitted, scan(texts), database));
    }),
    { numRuns: 40 },
  );
});

for (const pooling of ['mean', 'attention'] as const) {
  it(`a text's classes do not depend on the texts beside it or on words that are not known: ${pooling}`, async () => {
    const spec: TextSpec = { kind: 'multiclass', classes: 3, words: 9, weighted: false, params: { embedding: 5, pooling, hiddenLayers: [4], dropout: 0.5 } };
    const vector = initialParameters(spec, uniform(3)).map((value, i) => value + Math.sin(i));
    expect(vector).toHaveLength(parameterCount(parameterShapes(spec)));
    const head = textHead(spec, 4, vector);
    const classes = async (...rows: readonly (readonly number[])[]): Promise<number[]> => (await runHead(head, Float32Array.from(rows.flat()), 4))['probabilities'] ?? [];
    const alone = await classes([2, 5, 0, 0]);
    expect(alone.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    for (const [i, value] of (await classes([0, 0, 0, 0], [0, 2, 0, 5], [1, 3, 4, 9], [2, 5, 0, 0])).entries()) {
      if (i >= 9 || (i >= 3 && i < 6)) expect(value).toBeCloseTo(alone[i % 3] ?? Number.NaN, 5);
    }
    expect(await classes()).toEqual([]);
    // The build of ONNX Runtime that bundles are served with.
    const { probabilities: served = { data: [] } } = await runModel(wasmRuntime(), headModel(head, 4), { [head.input]: { data: Float32Array.of(2, 5, 0, 0), dims: [1, 4] } });
    for (const [cls, value] of alone.entries()) expect((served.data as Float32Array)[cls]).toBeCloseTo(value, 5);
  });
}

const input = (): TrainInput => {
  const next = uniform(8);
  // One word of fifteen tells the class; attention has to find it.
  const target = Array.from({ length: 400 }, (_, i) => i % 3);
  const places = target.map((cls) => {
    const row = Array.from({ length: 20 }, (_, i) => (i < 15 ? 1 + Math.floor(next() * 40) : 0));
    row[Math.floor(next() * 15)] = 41 + 3 * cls + Math.floor(next() * 3);
    return row;
  });
  return { ...trainInput(places, target, 3), categories: new Array<number>(20).fill(50) };
};
const params = { embedding: 8, hiddenLayers: [], epochs: 30, learningRate: 0.02 };

it('finds the words that matter, with the same result for the same seed', async () => {
  const curve: number[] = [];
  const one = await trainLearner('text-classifier', params, input(), { seed: 4, metric: (name, value) => name === 'validationLoss' && curve.push(value) });
  expect(one.metrics['validationAccuracy']).toBeGreaterThan(0.95);
  expect(one.metrics['words']).toBe(49);
  expect(curve.length).toBe(one.metrics['epochs']);
  const again = await trainLearner('text-classifier', params, input(), { seed: 4 });
  expect(again.head('x').initializers).toEqual(one.head('x').initializers);
});

it('stops when cancelled', async () => {
  const controller = new AbortController();
  const work = trainLearner('text-classifier', { ...params, epochs: 9999, earlyStopping: false }, input(), { seed: 4, signal: controller.signal, metric: (_name, _value, step) => step === 2 && controller.abort() });
  await expect(work).rejects.toMatchObject({ code: 'cancelled' });
});
