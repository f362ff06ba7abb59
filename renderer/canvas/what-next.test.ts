import { describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import type { Schema } from '#app/relation/types.ts';
import { catalogue } from '../state/catalogue.ts';
import { likelyTarget, nextFacts, whatNext, type ColumnFacts } from './what-next.ts';

const penguins: Schema = [
  { name: 'species', type: 'string' },
  { name: 'bill_length_mm', type: 'float' },
  { name: 'body_mass_g', type: 'integer' },
];

/** Reader → partition, and a trainer elsewhere where asked. */
function sample(trained = false): PipelineDocument {
  return {
    ...emptyDocument('p', 'Test'),
    nodes: [
      { id: 'read', type: 'data/csv-reader', version: 1, params: {} },
      { id: 'split', type: 'transform/partition', version: 1, params: {} },
      { id: 'predict', type: 'evaluate/predict', version: 1, params: {} },
      ...(trained ? [{ id: 'train', type: 'train/linear-regression', version: 1, params: { target: 'body_mass_g' } }] : []),
    ],
    edges: [{ id: 'e', from: { node: 'read', port: 'table' }, to: { node: 'split', port: 'table' } }],
  };
}

const facts = (node: string, port: string, schema: Schema | null, columns: readonly ColumnFacts[] | null = null, trained = false) => nextFacts(sample(trained), { node, port }, 'table', schema, columns);
const types = (...args: Parameters<typeof facts>): string[] => whatNext(facts(...args)).map(({ type }) => type);
const seen = (name: string, missing: number, distinct: number | null = null): ColumnFacts => ({ name, count: 100, missing, distinct });

describe('the likely target', () => {
  it('is a class by its type, a number by its values, never an identifier', () => {
    expect(likelyTarget(facts('read', 'table', penguins))).toEqual({ name: 'species', task: 'classification', known: false });
    expect(likelyTarget(facts('read', 'table', [{ name: 'area', type: 'float' }, { name: 'price', type: 'float' }]))).toEqual({ name: 'price', task: 'regression', known: false });
    expect(likelyTarget(facts('read', 'table', [{ name: 'customer_id', type: 'integer' }]))).toBeNull();
    expect(likelyTarget(facts('read', 'table', null))).toBeNull();
  });

  it('is no text with as many values as there are names, and a number with few values is a class', () => {
    const schema: Schema = [{ name: 'amount', type: 'float' }, { name: 'town', type: 'string' }];
    expect(likelyTarget(facts('read', 'table', schema, [seen('town', 0, 3000)]))?.name).toBe('amount');
    expect(likelyTarget(facts('read', 'table', [{ name: 'grade', type: 'integer' }], [seen('grade', 0, 5)]))).toEqual({ name: 'grade', task: 'classification', known: false });
  });

  it('is what the pipeline predicts already', () => {
    expect(likelyTarget(facts('read', 'table', penguins, null, true))).toEqual({ name: 'body_mass_g', task: 'regression', known: true });
  });
});

describe('what comes next', () => {
  it('after raw data with a class: split, then trainers of classes', () => {
    const offers = whatNext(facts('read', 'table', penguins));
    expect(offers.map(({ type }) => type).slice(0, 2)).toEqual(['transform/partition', 'train/logistic-regression']);
    expect(offers[0]?.why).toBe('keeps rows back to test predictions of species');
    expect(offers[1]?.why).toBe('species looks like a class to predict');
  });

  it('after missing values: Impute, saying how much is missing', () => {
    const [first] = whatNext(facts('read', 'table', penguins, [seen('species', 0, 3), seen('body_mass_g', 14), seen('bill_length_mm', 2)]));
    expect(first).toEqual({ type: 'transform/impute', why: '14 % of body_mass_g is missing, and 1 more column has gaps' });
    expect(types('read', 'table', penguins, [seen('species', 0, 3)])).not.toContain('transform/impute');
  });

  it('after missing values where a model is under way: the split first, or filling them would leak', () => {
    const offers = types('read', 'table', penguins, [seen('species', 0, 3), seen('body_mass_g', 14)], true);
    expect(offers[0]).toBe('transform/partition');
    expect(offers.indexOf('transform/impute')).toBeGreaterThan(offers.indexOf('train/linear-regression'));
  });

  it('after a date: nodes of time', () => {
    const offers = whatNext(facts('read', 'table', [{ name: 'day', type: 'date' }, { name: 'visits', type: 'integer' }]));
    expect(offers.map(({ type }) => type)).toEqual(expect.arrayContaining(['transform/date-and-time', 'train/time-series-forecast', 'explore/line-plot']));
    expect(offers[0]?.why).toBe('takes day apart: year, month, weekday');
  });

  it('after a split: trainers on the rows to train on, Predict on those to test', () => {
    expect(types('split', 'train', penguins)[0]).toBe('train/logistic-regression');
    expect(types('split', 'train', penguins)).not.toContain('transform/partition');
    expect(types('split', 'test', penguins)[0]).toBe('evaluate/predict');
  });

  it('after predictions: what judges classes, or numbers', () => {
    expect(types('predict', 'table', penguins)[0]).toBe('evaluate/confusion-matrix');
    expect(types('predict', 'table', penguins, null, true)[0]).toBe('evaluate/regression-diagnostics');
    expect(types('predict', 'table', [...penguins, { name: 'body_mass_g_predicted', type: 'float' }])[0]).toBe('evaluate/regression-diagnostics');
  });

  it('offers only types that exist and fit, each once', () => {
    const offers = [
      ...(['model', 'learner', 'recipe'] as const).map((kind) => ({ kind, list: whatNext(nextFacts(sample(), { node: 'read', port: 'table' }, kind, null, null)) })),
      { kind: 'table' as const, list: whatNext(facts('read', 'table', [...penguins, { name: 'day', type: 'date' }, { name: 'review', type: 'string' }], [seen('day', 1)])) },
      { kind: 'table' as const, list: whatNext(facts('predict', 'table', penguins)) },
      { kind: 'table' as const, list: whatNext(facts('predict', 'table', penguins, null, true)) },
    ];
    for (const { kind, list } of offers) {
      expect(list.length).toBeGreaterThan(1);
      expect(new Set(list.map(({ type }) => type)).size).toBe(list.length);
      for (const { type } of list) expect(catalogue.get(type)?.definition.inputs.map((port) => port.kind), type).toContain(kind);
    }
  });
});
