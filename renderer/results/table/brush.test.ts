import { describe, expect, it } from 'vitest';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import { brushBins } from './brush.ts';

const profile = (type: ColumnProfile['type'], edges: number[]): ColumnProfile => ({ name: 'x', type, count: 1, missing: 0, distinct: 1, min: null, max: null, mean: null, stddev: null, histogram: { edges, counts: edges.slice(1).map(() => 1) }, top: [] });

describe('brushing the histogram of a header', () => {
  it('takes whole numbers by their values, and either direction of the drag', () => {
    expect(brushBins(profile('integer', [-0.5, 4.5, 9.5, 14.5]), 2, 1)?.filter).toBe('"x" >= 5 and "x" <= 14');
  });
  it('leaves the upper edge to the next bin, except that of the last', () => {
    expect(brushBins(profile('float', [0, 1, 2]), 0, 0)?.filter).toBe('"x" >= 0 and "x" < 1');
    expect(brushBins(profile('float', [0, 1, 2]), 1, 9)?.filter).toBe('"x" >= 1 and "x" <= 2');
  });
  it('writes dates as dates', () => {
    const day = 86_400_000;
    expect(brushBins(profile('date', [0, day, 2 * day]), 0, 1)).toEqual({ filter: `"x" >= cast('1970-01-01' as date) and "x" <= cast('1970-01-02' as date)`, label: 'x 1970-01-01 to 1970-01-02' });
    // One bin of one day is that day, whether or not another follows.
    expect(brushBins(profile('date', [0, day, 2 * day]), 0, 0)?.filter).toBe(`"x" >= cast('1970-01-01' as date) and "x" <= cast('1970-01-01' as date)`);
    expect(brushBins(profile('date', [0, day, 2 * day]), 0, 0)?.label).toBe('x 1970-01-01');
  });
  it('means nothing without bins', () => {
    expect(brushBins({ ...profile('string', []), histogram: null }, 0, 1)).toBeNull();
  });
});
