import { describe, expect, it } from 'vitest';
import type { Schema } from '#app/relation/types.ts';
import type { ConfigureContext } from './node.ts';
import { inEnglish } from './say.ts';
import { configureTrainer, describeTrainer, suggestTarget, type TrainerParams } from './trainer.ts';

const schema: Schema = [
  { name: 'age', type: 'integer' },
  { name: 'when', type: 'date' },
  { name: 'ok', type: 'boolean' },
  { name: 'city', type: 'string' },
];
const context = (params: Partial<TrainerParams>, table: Schema | null = schema): ConfigureContext<TrainerParams> => ({
  inputs: { table: [{ kind: 'table', schema: table }] },
  params: { target: '', features: null, ...params },
  facts: null,
});
const logistic = { algorithm: 'logistic-regression', task: 'classification', params: {} } as const;
const codes = (params: Partial<TrainerParams>, table?: Schema | null) => configureTrainer(context(params, table), logistic).diagnostics?.map((diagnostic) => diagnostic.code);

describe('configuring a trainer', () => {
  it('says what is wrong with target and features', () => {
    expect(codes({})).toEqual(['target-missing']);
    expect(codes({ target: 'gone' })).toEqual(['target-missing']);
    expect(codes({ target: 'when' })).toEqual(['target-type']);
    expect(codes({ target: 'ok', features: ['ok', 'gone', 'when'] })).toEqual(['target-is-feature', 'unknown-feature', 'feature-type']);
    expect(codes({ target: 'ok', features: [] })).toEqual(['no-features']);
    expect(codes({ target: 'ok' }, [{ name: 'ok', type: 'boolean' }])).toEqual(['no-features']);
    expect(codes({ target: 'ok' })).toEqual([]);
  });

  it('knows the signature where the classes are known before the data is', () => {
    expect(configureTrainer(context({ target: 'ok' }), logistic).outputs?.['model']).toMatchObject({ signature: { classes: ['false', 'true'], inputs: [{ name: 'age' }, { name: 'city' }] } });
    expect(configureTrainer(context({ target: 'city' }), logistic).outputs?.['model']).toEqual({ kind: 'model', signature: null });
  });

  it('keeps quiet about columns while the schema is unknown', () => {
    expect(codes({ target: 'anything', features: ['x'] }, null)).toEqual([]);
  });

  it('leaves the task open until a table says it', () => {
    const open = { ...logistic, task: 'auto' } as const;
    expect(configureTrainer(context({ target: 'age' }), open).outputs?.['learner']).toMatchObject({ learner: { task: 'regression' } });
    expect(configureTrainer(context({ target: 'city' }), open).outputs?.['learner']).toMatchObject({ learner: { task: 'classification' } });
    expect(configureTrainer(context({ target: 'city' }, null), open).outputs?.['learner']).toEqual({ kind: 'learner', learner: null });
  });
});

describe('suggesting a target', () => {
  it('prefers a telling name, then the last column that fits, and never overrides', () => {
    expect(suggestTarget(context({}), 'classification')).toEqual({ target: 'city' });
    expect(suggestTarget(context({}), 'regression')).toEqual({ target: 'age' });
    expect(suggestTarget(context({}, [{ name: 'Species', type: 'string' }, ...schema]), 'classification')).toEqual({ target: 'Species' });
    expect(suggestTarget(context({ target: 'ok' }), 'classification')).toBeNull();
    expect(suggestTarget(context({}, [{ name: 'd', type: 'date' }]), 'regression')).toBeNull();
  });
});

it('describes itself within 60 characters', () => {
  expect(describeTrainer({ target: '', features: null }, inEnglish)).toBe('no target yet');
  expect(describeTrainer({ target: 'species', features: ['a', 'b'] }, inEnglish)).toBe('species from 2 columns');
  expect(describeTrainer({ target: 'x'.repeat(100), features: null }, inEnglish).length).toBeLessThan(60);
});
