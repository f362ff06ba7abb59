import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { discriminated, fieldsOf, paramsSchema } from './form-model.ts';
import { translateSchema } from './form-text.ts';

const params = z.object({
  testSize: z.number().nullable().default(null).meta({ description: 'Of all rows.', unit: 'rows', placeholder: 'all' }),
  method: z.enum(['random', 'by-time']).default('random').meta({ title: 'Method', labels: { random: 'At random' } }),
  parts: z.array(z.enum(['year', 'month'])).default([]).meta({ labels: { year: 'Year' } }),
  secret: z.string().default('').meta({ control: 'hidden', title: 'Secret' }),
  steps: z.array(z.discriminatedUnion('step', [z.object({ step: z.literal('scale').meta({ labels: { scale: 'Scale' } }), by: z.string().default('') }), z.object({ step: z.literal('fill-in') })])).default([]),
});

const shout = (english: string): string => english.toUpperCase();
const fields = new Map(fieldsOf(translateSchema(paramsSchema(params), shout), {}).map((field) => [field.name, field]));

describe('a form in another language', () => {
  it('has titles, also those made of names, descriptions, units and placeholders', () => {
    expect(fields.get('testSize')?.title).toBe('TEST SIZE');
    expect(fields.get('testSize')?.description).toBe('OF ALL ROWS.');
    expect(fields.get('testSize')?.schema).toMatchObject({ unit: 'ROWS', placeholder: 'ALL' });
    expect(fields.get('method')?.title).toBe('METHOD');
  });

  it('has a label for every option, also for those that had none', () => {
    expect(fields.get('method')?.schema.labels).toEqual({ random: 'AT RANDOM', 'by-time': 'BY TIME' });
    expect(fields.get('parts')?.schema.labels).toEqual({ year: 'YEAR', month: 'MONTH' });
  });

  it('names the variants of a union by their titles, and goes into them', () => {
    const items = fields.get('steps')?.schema.items;
    const variants = (items && discriminated(items))?.variants;
    expect([...(variants ?? [])].map(([key, variant]) => [key, variant.title])).toEqual([
      ['scale', 'SCALE'],
      ['fill-in', 'FILL IN'],
    ]);
    expect(fieldsOf(variants?.get('scale') ?? {}, {}).map(({ title }) => title)).toEqual(['BY']);
  });

  it('leaves the values, and what nobody sees, as they are', () => {
    const schema = translateSchema(paramsSchema(params), shout);
    expect(schema.properties?.['method']?.enum).toEqual(['random', 'by-time']);
    expect(schema.properties?.['secret']?.title).toBe('Secret');
  });
});
