import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFixtures } from '#app/engine/testing.ts';
import { interpret } from '#app/relation/interpreter/interpret.ts';
import type { Relation } from '#app/relation/types.ts';
import { definition } from './node.ts';
import { relation } from './relation.ts';

describeFixtures(import.meta.url);

describe('the split', () => {
  const services = { parse: () => expect.unreachable(), resolvePath: (path: string) => path, describeSql: () => expect.unreachable(), values: () => expect.unreachable() };

  function split(values: readonly (readonly [string | null, number])[], params: object): { train: string[]; test: string[] } {
    const input: Relation = {
      op: 'scan',
      source: { kind: 'values', rows: values },
      schema: [
        { name: 'class', type: 'string' },
        { name: 'partition_rank', type: 'integer' },
      ],
      label: 'values',
    };
    const ports = relation({ table: [input] }, definition.params.parse(params), null, services);
    if (!('train' in ports)) throw new Error('Two tables were expected.');
    const rows = (port: Relation | undefined): string[] => (port ? interpret(port, new Map()).map(String).sort() : []);
    return { train: rows(ports['train']), test: rows(ports['test']) };
  }

  const table = fc.array(fc.tuple(fc.constantFrom('a', 'b', null), fc.nat(6)), { maxLength: 25 });
  const share = fc.constantFrom(0.1, 0.5, 0.8);

  it('puts every row on exactly one side, whatever the order of the rows', () => {
    fc.assert(
      fc.property(table, share, fc.constantFrom('random', 'stratified'), fc.nat(9), (rows, fraction, method, seed) => {
        const params = { fraction, method, column: 'class', seed };
        const { train, test } = split(rows, params);
        expect([...train, ...test].sort()).toEqual(rows.map(String).sort());
        expect(split([...rows].reverse(), params)).toEqual({ train, test });
      }),
      { numRuns: 60 },
    );
  });

  it('gives exact shares, in each stratum too, missing included', () => {
    const rows = Array.from({ length: 30 }, (_, i): [string | null, number] => [i < 10 ? 'a' : i < 20 ? 'b' : null, i]);
    expect(split(rows, { fraction: 0.7 }).train).toHaveLength(21);
    const { train } = split(rows, { fraction: 0.7, method: 'stratified', column: 'class' });
    for (const stratum of ['a,', 'b,', ',']) expect(train.filter((row) => row.startsWith(stratum))).toHaveLength(7);
  });

  it('changes with the seed', () => {
    const rows = Array.from({ length: 30 }, (_, i): [string, number] => ['a', i]);
    expect(split(rows, { seed: 1 }).test).not.toEqual(split(rows, { seed: 2 }).test);
  });
});
