import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFixtures } from '#app/engine/testing.ts';
import { interpret } from '#app/relation/interpreter/interpret.ts';
import type { Relation } from '#app/relation/types.ts';
import { definition } from './node.ts';
import { relation } from './relation.ts';

describeFixtures(import.meta.url);

const services = { parse: () => expect.unreachable(), resolvePath: (path: string) => path, describeSql: () => expect.unreachable(), values: () => expect.unreachable() };

function sample(rows: readonly (readonly [string | null, number])[], params: object): { table: string[]; rest: string[] } {
  const schema = [{ name: 'class', type: 'string' as const }, { name: 'sample_number', type: 'integer' as const }];
  const input: Relation = { op: 'scan', source: { kind: 'values', rows }, schema, label: 'values' };
  const ports = relation({ table: [input] }, definition.params.parse(params), null, services);
  if (!('table' in ports)) throw new Error('Two tables were expected.');
  const read = (port: Relation | undefined): string[] => (port ? interpret(port, new Map()).map(String).sort() : []);
  return { table: read(ports['table'] as Relation), rest: read((ports as Record<string, Relation>)['rest']) };
}

describe('a sample', () => {
  const table = fc.array(fc.tuple(fc.constantFrom('a', 'b', null), fc.nat(6)), { maxLength: 20 });
  const groups = fc.constantFrom<string[]>([], ['class']);

  it('and its rest are the table, and do not depend on the order of its rows where it is random', () => {
    fc.assert(
      fc.property(table, fc.constantFrom('fraction', 'rows', 'first', 'every'), groups, fc.constantFrom<string[]>([], ['class']), fc.integer({ min: 1, max: 5 }), (rows, method, by, key, n) => {
        const params = { method, groups: by, key, count: n, every: n, fraction: n / 6 };
        const { table: taken, rest } = sample(rows, params);
        expect([...taken, ...rest].sort()).toEqual(rows.map(String).sort());
        if (method === 'fraction' || method === 'rows') expect(sample([...rows].reverse(), params)).toEqual({ table: taken, rest });
      }),
      { numRuns: 150 },
    );
  });

  it('has exactly the rows it should have, of each group too', () => {
    const rows = Array.from({ length: 30 }, (_, i): [string | null, number] => [i < 20 ? 'a' : null, i]);
    expect(sample(rows, { method: 'rows', count: 7 }).table).toHaveLength(7);
    expect(sample(rows, { method: 'fraction', fraction: 0.3 }).table).toHaveLength(9);
    expect(sample(rows, { method: 'rows', count: 7, groups: ['class'] }).table).toHaveLength(14);
    expect(sample(rows, { method: 'fraction', fraction: 0.3, groups: ['class'] }).table.filter((row) => row.startsWith('a'))).toHaveLength(6);
    expect(sample(rows, { method: 'every', every: 10 }).table).toEqual(['a,0', 'a,10', ',20'].sort());
  });

  it('changes with the seed', () => {
    const rows = Array.from({ length: 30 }, (_, i): [string, number] => ['a', i]);
    expect(sample(rows, { seed: 1 }).table).not.toEqual(sample(rows, { seed: 2 }).table);
  });
});
