import { describe, expect, it } from 'vitest';
import type { PreflightReport } from '#app/protocol/sections/planning.ts';
import { preflightDiagnostics } from './preflight.ts';

const range = { low: 1, likely: 2, high: 3 };
const node = (verdict: 'ok' | 'warning' | 'refuse', why: string) => ({ rows: range, bytes: range, memory: range, spills: false, verdict, why, remedy: 'Sample it.' });
const report = (disk: 'ok' | 'warning'): PreflightReport => ({
  nodes: { a: node('ok', ''), b: node('warning', 'It may need 9 GB.'), c: node('refuse', 'It needs 90 GB.') },
  disk: { need: range, free: 1, budget: 1, verdict: disk, why: disk === 'ok' ? '' : 'The disk is nearly full.', remedy: disk === 'ok' ? '' : 'Free some.' },
  memory: { limit: 1, machine: 2 },
});

describe('what does not fit', () => {
  it('is a warning at its node, and of the disk without one', () => {
    expect(preflightDiagnostics(report('ok')).map(({ code, place, severity }) => [code, place?.nodeId, severity])).toEqual([
      ['preflight-memory', 'b', 'warning'],
      ['preflight-refused', 'c', 'warning'],
    ]);
    expect(preflightDiagnostics(report('warning')).at(-1)).toEqual({ severity: 'warning', code: 'preflight-disk', message: 'The disk is nearly full.', remedy: 'Free some.' });
  });
});
