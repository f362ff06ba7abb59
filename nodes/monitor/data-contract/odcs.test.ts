import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectationSchema, kinds, paramsSchema } from './node.ts';
import { contractFileSchema, fromContractFile, toContractFile } from './odcs.ts';

const column = fc.constantFrom('id', 'kind', 'price');
const expectation = fc
  .record({ kind: fc.constantFrom(...kinds), column, columns: fc.uniqueArray(column, { minLength: 1 }), min: fc.option(fc.integer({ min: -5, max: 5 })), max: fc.option(fc.integer({ min: 6, max: 9 })), values: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }), pattern: fc.constantFrom('[a-z]+', '\\d{3}'), condition: fc.constant('price > 0'), hours: fc.integer({ min: 1, max: 48 }), tolerance: fc.constantFrom(0.1, 0.5), other: fc.constant('key'), atMost: fc.constantFrom(0, 0.05), severity: fc.constantFrom('stop' as const, 'warn' as const) })
  .map((one) => {
    // Only what its kind shows: the rest is what a form would not set.
    const shown: Record<string, readonly string[]> = { unique: ['columns', 'atMost'], range: ['column', 'min', 'max', 'atMost'], set: ['column', 'values', 'atMost'], pattern: ['column', 'pattern', 'atMost'], condition: ['condition', 'atMost'], rows: ['min', 'max'], 'rows-as-before': ['tolerance'], fresh: ['column', 'hours'], reference: ['column', 'other', 'atMost'], 'not-missing': ['column', 'atMost'] };
    const kept = Object.fromEntries(Object.entries(one).filter(([key]) => key === 'kind' || key === 'severity' || shown[one.kind]?.includes(key)));
    return expectationSchema.parse(kept.kind === 'range' && kept['min'] === null && kept['max'] === null ? { ...kept, max: 9 } : kept);
  });

it('comes back from a file of the standard as it went in, in any order', () => {
  fc.assert(
    fc.property(fc.array(expectation, { maxLength: 8 }), fc.constantFrom('any' as const, 'at-least' as const, 'exactly' as const), (expectations, schema) => {
      const params = paramsSchema.parse({ schema, columns: [{ name: 'id', type: 'integer' }, { name: 'kind', type: 'string' }, { name: 'price', type: 'float' }], expectations });
      const file = contractFileSchema.parse(JSON.parse(JSON.stringify(toContractFile(params, { id: 'c', name: 'C' }))));
      const { params: back, skipped } = fromContractFile(file);
      const sorted = (list: readonly object[]): string[] => list.map((one) => JSON.stringify(one)).toSorted();
      expect(skipped).toEqual([]);
      expect({ ...back, expectations: sorted(back.expectations) }).toEqual({ ...params, expectations: sorted(params.expectations) });
    }),
  );
});

it('reads what others write, and names what it does not know', () => {
  const file = contractFileSchema.parse({ apiVersion: 'v3.0.0', kind: 'DataContract', schema: [{ name: 'orders', properties: [{ name: 'id', logicalType: 'integer', required: true, unique: true }, { name: 'amount', logicalType: 'number', logicalTypeOptions: { minimum: 0 }, quality: [{ type: 'library', rule: 'nullCheck' }] }] }] });
  expect(fromContractFile(file)).toMatchObject({ params: { columns: [{ name: 'id', type: 'integer' }, { name: 'amount', type: 'float' }], expectations: [{ kind: 'not-missing', column: 'id' }, { kind: 'unique', columns: ['id'] }, { kind: 'range', column: 'amount', min: 0 }] }, skipped: ['a quality rule of amount'] });
});
