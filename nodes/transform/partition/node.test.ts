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

  function split(values: readonly (readonly [string | null, number])[], params: object): { train: string[]; validation: string[]; test: string[] } {
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
    return { train: rows(ports['train']), validation: rows(ports['validation']), test: rows(ports['test']) };
  }

  const table = fc.array(fc.tuple(fc.constantFrom('a', 'b', null), fc.nat(6)), { maxLength: 25 });
  const share = fc.constantFrom(0.1, 0.5, 0.8);

  it('puts every row on exactly one side, whatever the order of the rows', () => {
    fc.assert(
      fc.property(table, share, fc.constantFrom('random', 'stratified', 'grouped', 'time'), fc.constantFrom(0, 0.15), fc.constantFrom<string[]>([], ['partition_rank'], ['class', 'partition_rank']), fc.boolean(), fc.nat(9), (rows, fraction, method, validation, key, exact, seed) => {
        const params = { fraction, validation, method, column: 'class', group: ['class'], time: 'partition_rank', key, exact, seed };
        const parts = split(rows, params);
        expect([...parts.train, ...parts.validation, ...parts.test].sort()).toEqual(rows.map(String).sort());
        if (validation === 0) expect(parts.validation).toEqual([]);
        expect(split([...rows].reverse(), params)).toEqual(parts);
      }),
      { numRuns: 150 },
    );
  });

  it('gives exact shares, in each stratum too, missing included', () => {
    const rows = Array.from({ length: 30 }, (_, i): [string | null, number] => [i < 10 ? 'a' : i < 20 ? 'b' : null, i]);
    expect(split(rows, { fraction: 0.7 }).train).toHaveLength(21);
    const { train } = split(rows, { fraction: 0.7, method: 'stratified', column: 'class' });
    for (const stratum of ['a,', 'b,', ',']) expect(train.filter((row) => row.startsWith(stratum))).toHaveLength(7);
  });

  it('gives exact shares by key too, and rows with equal keys go to one side', () => {
    const rows = Array.from({ length: 60 }, (_, i): [string | null, number] => [i < 20 ? 'a' : i < 40 ? 'b' : null, i]);
    const params = { fraction: 0.7, validation: 0.1, key: ['partition_rank'] };
    const random = split(rows, params);
    expect([random.train.length, random.validation.length, random.test.length]).toEqual([42, 6, 12]);
    const { train, validation } = split(rows, { ...params, method: 'stratified', column: 'class' });
    for (const stratum of ['a,', 'b,', ',']) {
      expect(train.filter((row) => row.startsWith(stratum))).toHaveLength(14);
      expect(validation.filter((row) => row.startsWith(stratum))).toHaveLength(2);
    }
    const twice = split([...rows, ...rows], params);
    expect(twice.train.filter((row) => twice.test.includes(row) || twice.validation.includes(row))).toEqual([]);
  });

  it('gives the share of groups, each whole', () => {
    const rows = Array.from({ length: 100 }, (_, i): [string | null, number] => [`g${i % 10}`, i]);
    const { train, test } = split(rows, { fraction: 0.8, method: 'grouped', group: ['class'] });
    expect(new Set(train.map((row) => row.split(',')[0])).size).toBe(8);
    expect([train.length, test.length]).toEqual([80, 20]);
  });

  it('puts the past before the bounds in time', () => {
    const rows = Array.from({ length: 10 }, (_, i): [string | null, number] => ['a', i]);
    const time = { method: 'time', time: 'partition_rank' };
    expect(split(rows, { ...time, fraction: 0.7 }).test).toEqual(['a,7', 'a,8', 'a,9']);
    expect(split(rows, { ...time, testFrom: '8', validationFrom: '6' })).toEqual({ train: ['a,0', 'a,1', 'a,2', 'a,3', 'a,4', 'a,5'], validation: ['a,6', 'a,7'], test: ['a,8', 'a,9'] });
  });

  it('changes with the seed', () => {
    const rows = Array.from({ length: 30 }, (_, i): [string, number] => ['a', i]);
    expect(split(rows, { seed: 1 }).test).not.toEqual(split(rows, { seed: 2 }).test);
  });
});
