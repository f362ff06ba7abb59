import { describe, expect, it } from 'vitest';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { snippets } from './snippets.ts';
import { readField, readPrediction, typicalText } from './try-it.ts';
import { selectionWords, stepWords } from './words.ts';

const signature: ModelSignature = {
  task: 'classification',
  target: { name: 'label', type: 'string' },
  inputs: [
    { name: 'age', type: 'integer' },
    { name: "worker's class", type: 'string' },
    { name: 'label', type: 'float' },
  ],
  classes: ['<=50K', '>50K'],
  features: [],
};

describe('try-it form', () => {
  it('reads fields by type; empty is missing', () => {
    expect(readField({ name: 'age', type: 'integer' }, ' 42 ')).toEqual({ ok: true, value: 42 });
    expect(readField({ name: 'age', type: 'integer' }, '4.5')).toEqual({ ok: false, message: 'age must be a whole number.' });
    expect(readField({ name: 'x', type: 'float' }, '1,5')).toEqual({ ok: true, value: 1.5 });
    expect(readField({ name: 'x', type: 'float' }, '')).toEqual({ ok: true, value: null });
    expect(readField({ name: 'b', type: 'boolean' }, 'Yes')).toEqual({ ok: true, value: true });
    expect(readField({ name: 'b', type: 'boolean' }, 'maybe').ok).toBe(false);
    expect(readField({ name: 'd', type: 'date' }, ' 2024-05-31 ')).toEqual({ ok: true, value: '2024-05-31' });
    expect(readField({ name: 'd', type: 'date' }, '31.5.24')).toEqual({ ok: false, message: 'd must be a date such as “2024-05-31”.' });
    expect(readField({ name: 's', type: 'string' }, ' Bern ')).toEqual({ ok: true, value: ' Bern ' });
  });

  it('offers what is common', () => {
    const profile = { name: 'x', type: 'float' as const, count: 9, missing: 0, distinct: 9, min: 0, max: 9, mean: 3.45678, stddev: 1, histogram: null, top: [{ value: 'Bern', count: 3 }] };
    expect(typicalText({ name: 'x', type: 'float' }, profile)).toBe('3.457');
    expect(typicalText({ name: 'x', type: 'integer' }, profile)).toBe('3');
    expect(typicalText({ name: 'x', type: 'string' }, profile)).toBe('Bern');
    expect(typicalText({ name: 'x', type: 'string' }, undefined)).toBe('');
  });

  it('shows the predicted class and the probabilities, largest first', () => {
    expect(readPrediction({ prediction: '>50K', probabilities: { '<=50K': 0.2, '>50K': 0.8 } })).toEqual({
      value: '>50K',
      classes: [
        { name: '>50K', probability: 0.8 },
        { name: '<=50K', probability: 0.2 },
      ],
    });
  });
});

describe('code to take along', () => {
  const dated = snippets({ ...signature, inputs: [{ name: 'd', type: 'date' }, { name: 't', type: 'timestamp' }] }, null);
  expect(dated.map(({ code }) => code)).toEqual([expect.stringContaining('"d": "2024-05-31"'), expect.stringContaining('np.array([[19874]], dtype=np.float64)'), expect.stringContaining("new ort.Tensor('float64', [1717144200], [1, 1])")]);
  const [curl, python, javascript] = snippets(signature, 'http://127.0.0.1:8123', { age: 39, "worker's class": 'Private' });

  it('quotes for the shell', () => {
    expect(curl?.code).toContain("curl http://127.0.0.1:8123/predict");
    expect(curl?.code).toContain(String.raw`"worker'\''s class": "Private"`);
  });

  it('feeds tensors by their names and types', () => {
    expect(python?.code).toContain('"age": np.array([[39]], dtype=np.float64)');
    expect(python?.code).toContain(`"worker's class": np.array([["Private"]], dtype=object)`);
    expect(python?.code).toContain('"label_input": np.array');
    expect(javascript?.code).toContain(`"worker's class": new ort.Tensor('string', ["Private"], [1, 1])`);
  });
});

describe('recipes in words', () => {
  it('says what is filled and where', () => {
    expect(stepWords({ step: 'impute', columns: { by: 'all-numeric' }, numeric: 'median', categorical: 'constant', constant: 'unknown', indicator: false }).detail).toBe(
      'numbers by the median, text by “unknown”',
    );
    expect(selectionWords({ by: 'names', names: ['a', 'b'] })).toBe('a, b');
  });
});
