import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFixtures } from '#app/engine/testing.ts';
import { interpret } from '#app/relation/interpreter/interpret.ts';
import type { Relation } from '#app/relation/types.ts';
import { definition } from './node.ts';
import { relation } from './relation.ts';

describeFixtures(import.meta.url);

describe('the two outputs', () => {
  const services = { parse: () => expect.unreachable(), resolvePath: (path: string) => path, describeSql: () => expect.unreachable(), values: () => expect.unreachable() };
  const schema = [
    { name: 'name', type: 'string' as const },
    { name: 'n', type: 'integer' as const },
  ];
  const table = fc.array(fc.tuple(fc.constantFrom('a', 'b', null), fc.option(fc.nat(3), { nil: null })), { maxLength: 20 });

  it('are together the input, with one row of each group in the first', () => {
    fc.assert(
      fc.property(table, fc.constantFrom('first', 'last', 'by-order', 'none'), fc.constantFrom(['name'], ['name', 'n']), (rows, keep, columns) => {
        const input: Relation = { op: 'scan', source: { kind: 'values', rows }, schema, label: 'values' };
        const ports = relation({ table: [input] }, definition.params.parse({ columns, keep, order: [{ column: 'n' }] }), null, services);
        if (!('removed' in ports) || ports.removed === undefined || ports.table === undefined) throw new Error('Two tables were expected.');
        const kept = interpret(ports.table, new Map()).map((row) => JSON.stringify(row.map(String)));
        const removed = interpret(ports.removed, new Map()).map((row) => JSON.stringify(row.slice(0, 2).map(String)));
        expect([...kept, ...removed].sort()).toEqual(rows.map((row) => JSON.stringify(row.map(String))).sort());
        const groupOf = (row: readonly unknown[]): string => columns.map((column) => String(row[column === 'name' ? 0 : 1])).join('|');
        const sizes = new Map<string, number>();
        for (const row of rows) sizes.set(groupOf(row), (sizes.get(groupOf(row)) ?? 0) + 1);
        const wanted = keep === 'none' ? [...sizes].filter(([, size]) => size === 1) : [...sizes];
        expect(kept.map((row) => groupOf(JSON.parse(row) as string[])).sort()).toEqual(wanted.map(([group]) => group).sort());
      }),
      { numRuns: 80 },
    );
  });
});
