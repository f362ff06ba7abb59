import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogue } from '../state/catalogue.ts';
import { diagnosticsAt } from './form-context.ts';
import { discriminated, emptyValue, fieldsOf, numberProblem, paramsSchema, setAt, words } from './form-model.ts';

const params = z.object({
  target: z.string().default('').meta({ title: 'Target', control: 'column' }),
  features: z.array(z.string()).nullable().default(null).meta({ control: 'columns' }),
  method: z.enum(['random', 'by-time']).default('random'),
  column: z.string().default('').meta({ control: 'column', visibleWhen: { param: 'method', in: ['by-time'] } }),
  rate: z.number().min(0).max(1).default(0.1).meta({ control: 'slider', step: 0.05, advanced: true }),
  secret: z.string().default('').meta({ control: 'hidden' }),
  steps: z.array(z.discriminatedUnion('step', [z.object({ step: z.literal('scale'), by: z.enum(['a', 'b']).default('b') }), z.object({ step: z.literal('impute') })])).default([]),
});

describe('forms from schemas', () => {
  it('takes controls from hints and else from types; hides what hints hide', () => {
    const fields = fieldsOf(paramsSchema(params), { method: 'random' });
    expect(fields.map((field) => [field.name, field.control, field.nullable])).toEqual([
      ['target', 'column', false],
      ['features', 'columns', true],
      ['method', 'select', false],
      ['rate', 'slider', false],
      ['steps', 'rows', false],
    ]);
    expect(fieldsOf(paramsSchema(params), { method: 'by-time' }).map((field) => field.name)).toContain('column');
  });

  it('knows the variants of a union and makes the emptiest value of each', () => {
    const steps = fieldsOf(paramsSchema(params), {}).find((field) => field.name === 'steps');
    const options = steps?.schema.items && discriminated(steps.schema.items);
    expect(options?.key).toBe('step');
    expect(emptyValue(options?.variants.get('scale') ?? {})).toEqual({ step: 'scale', by: 'b' });
  });

  it('has a control for every param of every node type', () => {
    for (const { definition } of catalogue.values()) {
      for (const field of fieldsOf(paramsSchema(definition.params), {})) expect(field.control, `${definition.type} ${field.name}`).not.toBe('json');
    }
  });

  it('sets a value deep inside without touching the rest', () => {
    const before = { rows: [{ a: 1 }, { a: 2 }], other: {} };
    const after = setAt(before, ['rows', 1, 'a'], 3);
    expect(after).toEqual({ rows: [{ a: 1 }, { a: 3 }], other: {} });
    expect((after as typeof before).rows[0]).toBe(before.rows[0]);
    expect(before.rows[1]).toEqual({ a: 2 });
  });

  it('says what is wrong with a number', () => {
    const schema = { type: 'integer', minimum: 1, maximum: 9 } as const;
    expect(numberProblem('5', schema)).toBeNull();
    expect(numberProblem('0', schema)).toContain('at least 1');
    expect(numberProblem('10', schema)).toContain('at most 9');
    expect(numberProblem('2.5', schema)).toContain('whole');
    expect(numberProblem('x', schema)).toContain('not a number');
    expect(numberProblem('0,5', { type: 'number' })).toBeNull();
  });

  it('puts errors at the field they are about, and at the whole field where its parts have none', () => {
    const item = (param: (string | number)[]) => ({ severity: 'error' as const, code: 'x', message: param.join('.'), place: { param } });
    const all = [item(['steps', 0, 'by']), item(['steps']), item(['target'])];
    expect(diagnosticsAt(all, ['steps'], true).map((found) => found.message)).toEqual(['steps']);
    expect(diagnosticsAt(all, ['steps', 0, 'by'], false).map((found) => found.message)).toEqual(['steps.0.by']);
    expect(diagnosticsAt(all, ['target'], false)).toHaveLength(1);
  });

  it('writes names as words', () => {
    expect(words('testSize')).toBe('Test size');
    expect(words('most-frequent')).toBe('Most frequent');
  });
});
