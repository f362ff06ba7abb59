import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parameterCount } from '../../autodiff/flat-parameters.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { createRunner } from '../../onnx/runner.ts';
import { closeIdleWorkers, runTask } from '../../worker/run-task.ts';
import { uniform } from '../random.ts';
import type { RawTrainPayload } from '../raw-types.ts';
import { placesGraph, textGraph } from './model-graph.ts';
import { initialParameters, parameterShapes, type TextSpec } from './network.ts';
import { fitVocabulary, padWords, readWords, wordsIn } from './vocabulary.ts';

afterAll(closeIdleWorkers);

const nothing = (): undefined => undefined;
const all = (texts: readonly unknown[]): Int32Array => Int32Array.from(texts.keys());

describe('vocabulary', () => {
  const texts = ['Straße und Haus', 'STRASSE, Haus; haus', 'das HAUS und die Straße', null, 'ein iPhone'];
  it('keeps the words of most rows, by every spelling seen and three more', () => {
    const { spellings } = fitVocabulary(texts, all(texts), { size: 3, minRows: 2 }, nothing);
    expect(spellings).toEqual([['Haus', 'HAUS', 'haus'], ['Straße', 'straße', 'STRASSE'], ['und', 'Und', 'UND']]);
  });
  it('looks at the given rows only', () => {
    expect(fitVocabulary(texts, Int32Array.of(4), { size: 9, minRows: 1 }, nothing).spellings.flat()).toEqual(['ein', 'Ein', 'EIN', 'iPhone', 'iphone', 'Iphone', 'IPHONE']);
  });
  it('reads places up to a length', () => {
    const vocabulary = fitVocabulary(texts, all(texts), { size: 3, minRows: 2 }, nothing);
    expect(readWords(['UND das haus', null], vocabulary, 2, nothing)).toEqual([Int32Array.of(3, 0), Int32Array.of()]);
    expect(padWords([Int32Array.of(1, 2), Int32Array.of()], Int32Array.of(1, 0))).toEqual({ data: Int32Array.of(0, 0, 1, 2), width: 2 });
  });
});

for (const pooling of ['mean', 'attention'] as const) {
  it(`a model file reads words as training did: ${pooling}`, async () => {
    const seen = ['the Cat sat', 'a cat… on the MAT', 'größe naïve 東京 x1', 'Ünder the mat, 東京!'];
    const vocabulary = fitVocabulary(seen, all(seen), { size: 100, minRows: 1 }, nothing);
    const spec: TextSpec = { kind: 'multiclass', classes: 3, words: vocabulary.spellings.length, weighted: false, params: { embedding: 5, pooling, hiddenLayers: [4], dropout: 0.5 } };
    const vector = initialParameters(spec, uniform(3)).map((value, i) => value + Math.sin(i));
    expect(vector).toHaveLength(parameterCount(parameterShapes(spec)));
    const whole = await createRunner(encodeModel(textGraph(spec, vocabulary, 4, vector, 'text')));
    const bare = await createRunner(encodeModel(placesGraph(spec, vector)));
    const word = fc.oneof(fc.constantFrom(...seen.flatMap(wordsIn), 'CAT', 'Größe', 'unknown'), fc.string({ unit: 'binary', maxLength: 4 }).filter((text) => !/[\ud800-\udfff\0]/.test(text)));
    const text = fc.array(fc.tuple(word, fc.constantFrom(' ', ', ', '-', '\n', '…')), { maxLength: 7 }).map((parts) => parts.flat().join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 6 }), async (texts) => {
        const found = await whole.run({ text: texts });
        const { data, width } = padWords(readWords(texts, vocabulary, 4, nothing), all(texts));
        const expected = await bare.run({ places: { dims: [texts.length, width], data } });
        const [a, b] = [found, expected].map((outputs) => Array.from(outputs['probabilities']?.data as Float32Array)) as [number[], number[]];
        for (const [i, value] of a.entries()) expect(value).toBeCloseTo(b[i] ?? Number.NaN, 5);
      }),
      { numRuns: 60 },
    );
    await whole.close();
    await bare.close();
  });
}

const payload = (params: object): RawTrainPayload => {
  const next = uniform(8);
  const words = Array.from({ length: 40 }, (_, i) => `word${i}`);
  // One word of fifteen tells the class; attention has to find it.
  const target = Float64Array.from({ length: 400 }, (_, i) => i % 3);
  const values = Array.from(target, (cls) => [...Array.from({ length: 14 }, () => words[Math.floor(next() * 40)]), `clue${cls}${Math.floor(next() * 3)}`].sort(() => next() - 0.5).join(' '));
  return { tensor: 'text', values, target, classes: 3, params: { embedding: 8, hiddenLayers: [], epochs: 30, learningRate: 0.02, ...params }, seed: 4 };
};

it('finds the words that matter, with the same result for the same seed', async () => {
  const curve: number[] = [];
  const one = await runTask('train-text', payload({}), { onMessage: ({ name, value }) => name === 'validationLoss' && curve.push(value) });
  expect(one.metrics['validationAccuracy']).toBeGreaterThan(0.95);
  expect(curve.length).toBe(one.metrics['epochs']);
  const again = await runTask('train-text', payload({}));
  expect(again.graph.initializers).toEqual(one.graph.initializers);
});

it('stops when cancelled', async () => {
  const controller = new AbortController();
  const work = runTask('train-text', payload({ epochs: 9999, earlyStopping: false }), { signal: controller.signal, onMessage: ({ step }) => step === 2 && controller.abort() });
  await expect(work).rejects.toMatchObject({ code: 'cancelled' });
});
