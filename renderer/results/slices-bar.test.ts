import { describe, expect, it } from 'vitest';
import type { Slice } from '../state/slices.ts';
import { groupByTable, tableCondition } from './slices-bar.tsx';

const slice = (nodeId: string, filter: string): Slice => ({ nodeId, port: 'table', filter, label: filter });

describe('the bar of selections', () => {
  const slices = { one: slice('a', '"x" >= 1'), two: slice('b', '"y" < 2'), three: slice('a', '"z" is null') };

  it('keeps the selections of a table together', () => {
    expect(groupByTable(slices).map(({ nodeId, entries }) => [nodeId, entries.map(([view]) => view)])).toEqual([
      ['a', ['one', 'three']],
      ['b', ['two']],
    ]);
  });

  it('makes one condition of a table’s selections, and leaves a single one as it is', () => {
    expect(tableCondition(slices, { nodeId: 'a', port: 'table' })).toBe('("x" >= 1) and ("z" is null)');
    expect(tableCondition(slices, { nodeId: 'b', port: 'table' })).toBe('"y" < 2');
  });
});
