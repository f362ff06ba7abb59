import { describe, expect, it } from 'vitest';
import { summary } from './expression-preview.tsx';

describe('summary of a preview', () => {
  it('says how many rows a condition keeps', () => {
    expect(summary({ rows: [[1, true]], counts: { rows: 200, missing: 3, yes: 37 } })).toBe('true for 37 of the first 200 rows, 3 missing');
  });
  it('shows the first results, to ten digits', () => {
    const rows = [[1, 0.1 + 0.2], [2, null], [3, 'x'], [4, true], [5, 9]];
    expect(summary({ rows, counts: { rows: 5, missing: 1, yes: null } })).toBe('0.3, –, x, true … (1 missing of 5)');
  });
  it('says when there is nothing to look at', () => {
    expect(summary({ rows: [], counts: { rows: 0, missing: 0, yes: null } })).toBe('the input has no rows');
    expect(summary({ rows: null, counts: null })).toBe('');
  });
});
