import { expect, it } from 'vitest';
import { distinctDiagnostics } from './diagnostics.ts';
import type { Diagnostic } from './errors.ts';

it('keeps the first of those that say the same of the same place', () => {
  const missing: Diagnostic = { severity: 'error', code: 'param-missing', message: 'No key.', remedy: 'Add one.', place: { nodeId: 'a', param: ['keys', 0] } };
  const again: Diagnostic = { severity: 'warning', code: 'param-missing', message: 'No key.', place: { param: ['keys', 0], nodeId: 'a' } };
  const elsewhere: Diagnostic = { ...missing, place: { nodeId: 'a', param: ['keys', 1] } };
  const nowhere: Diagnostic = { severity: 'error', code: 'param-missing', message: 'No key.' };
  const other: Diagnostic = { ...missing, message: 'No column.' };
  expect(distinctDiagnostics([missing, again, elsewhere, nowhere, other, { ...nowhere, place: {} }, elsewhere])).toEqual([missing, elsewhere, nowhere, other]);
  expect(distinctDiagnostics([missing])).toEqual([missing]);
});
