import { describe, expect, it } from 'vitest';
import { rowChange, wireLines } from './wire-text.ts';

describe('words on a wire', () => {
  it('says the change since the last run with its sign, and nothing where nothing changed', () => {
    expect(rowChange({ rows: 12, previousRows: 10 })).toBe('+2');
    expect(rowChange({ rows: 8, previousRows: 2010 })).toBe('−2\u202f002');
    expect(rowChange({ rows: 8, previousRows: 8 })).toBeNull();
    expect(rowChange({ rows: 8, previousRows: null })).toBeNull();
    expect(rowChange({ rows: null, previousRows: 3 })).toBeNull();
  });
  it('lists what is known, a line each', () => {
    expect(wireLines({ kind: 'table', rows: 90, bytes: 2048, previousRows: 100, ms: 12, plan: 'kept: read by 3 nodes' }, 0.1)).toEqual(['90 rows', '−10 since the last run (100 then)', '10 % of the rows before were left out', '2.0 kB on disk', '12 ms of computing', 'kept: read by 3 nodes']);
    expect(wireLines({ kind: 'table', rows: 1, bytes: null, previousRows: 1, flowBytes: 100 }, 0.004)).toEqual(['1 row', 'as many as in the last run', 'under 1 % of the rows before were left out', '100 B in memory, not written']);
    expect(wireLines({ kind: 'table', rows: null, bytes: null }, null)).toEqual([]);
  });
});
