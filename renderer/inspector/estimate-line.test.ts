import { describe, expect, it } from 'vitest';
import { estimateText } from './estimate-line.tsx';

const range = (low: number, likely: number, high: number) => ({ low, likely, high });
const estimate = { rows: range(1, 4_837_112, 9e6), bytes: range(1, 41e7, 1e9), memory: range(0, 1.2e9, 2e9), spills: true, verdict: 'ok' as const, why: '', remedy: '' };

describe('an estimate in words', () => {
  it('rounds what is only likely, and says what spills', () => {
    expect(estimateText(estimate)).toBe('A run would give about 4\u202f800\u202f000 rows (410.0 MB), need about 1.2 GB of memory and move data to the disk while it works.');
  });
  it('gives exact rows where they are certain, and leaves out what is small or unknown', () => {
    expect(estimateText({ ...estimate, rows: range(344, 344, 344), bytes: null, memory: range(0, 0, 0), spills: false })).toBe('A run would give 344 rows.');
    expect(estimateText({ ...estimate, rows: null, bytes: null, memory: range(0, 0, 0), spills: false })).toBe('');
  });
});
