import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';
import { definition } from './node.ts';

describeFixtures(import.meta.url);

describe('the report', () => {
  const numbers = async (columns: { name: string; type: string }[], rows: unknown[][], params: Record<string, unknown> = {}) => {
    const opened = await openTestEngine();
    try {
      const nodes = [
        { id: 't', type: 'test/values', params: { columns, rows } },
        { id: 'n', type: 'explore/column-statistics', params },
      ];
      const document = fixtureDocument({ nodes, edges: [['t.table', 'n.table']] }, opened.engine.catalogue);
      await opened.run(document);
      const value = await opened.value(document, 'n', 'report');
      const block = value.kind === 'report' ? value.report.blocks.find((one) => one.type === 'table' && one.title === 'Numbers') : undefined;
      if (block?.type !== 'table') throw new Error('no table of numbers');
      const at = (name: string) => block.columns.findIndex((column) => column.name === name);
      return block.rows.map((row) => (name: string) => row[at(name)]);
    } finally {
      await opened.close();
    }
  };

  it('draws the shape of numbers: counts in sixteen bins', async () => {
    // 16 values in the first bin, 8 in the last, none between.
    const [row] = await numbers([{ name: 'x', type: 'float' }], [...Array.from({ length: 16 }, () => [0]), ...Array.from({ length: 8 }, () => [10])]);
    const shape = String(row?.('shape'));
    expect([...shape]).toHaveLength(16);
    expect([...shape][0]).toBe('█');
    expect([...shape][15]).toBe('▅');
    expect([...shape].slice(1, 15).every((one) => one === '\u2007')).toBe(true);
  });

  it('keeps the digits of shape far away from zero', async () => {
    const [row] = await numbers([{ name: 'x', type: 'integer' }], [1, 2, 3, 10].map((x) => [1e9 + x]));
    // pandas' skew() and kurt() of 1, 2, 3, 10.
    expect(row?.('skewness')).toBeCloseTo(1.763632614803888, 9);
    expect(row?.('kurtosis')).toBeCloseTo(3.227999999999999, 9);
  });

  it('leaves missing values out of means, and says of a constant that it has no shape', async () => {
    const [odd, flat] = await numbers([{ name: 'x', type: 'float' }, { name: 'k', type: 'integer' }], [[1, 7], [2, 7], [null, 7], [3, 7]]);
    expect(odd?.('mean')).toBe(2);
    expect([flat?.('std. deviation'), flat?.('skewness'), flat?.('shape')]).toEqual([0, null, null]);
  });
});

it('opens documents of version 1 as they were', () => {
  const old = { columns: ['a'], distinct: false };
  expect(definition.params.parse(definition.migrate?.[1]?.(old))).toEqual({ ...old, group: [] });
});
