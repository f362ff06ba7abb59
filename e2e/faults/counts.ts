import { appendFileSync } from 'node:fs';

/**
 * Fault tests have one source for both lengths: `npm test` injects a few faults of each kind, `npm run test:faults` (which sets
 * PENSTOCK_LONG=1 and PENSTOCK_FAULT_COUNTS) many, and prints what was counted.
 */
export const isLong = process.env['PENSTOCK_LONG'] === '1';

/** How often something is done in the short and in the long form. PENSTOCK_FAULT_ROUNDS overrides the long one, to look at one test. */
export function rounds(short: number, long: number): number {
  return isLong ? Number(process.env['PENSTOCK_FAULT_ROUNDS'] ?? long) : short;
}

/** Notes the line of one row of the fault table: `engine SIGKILL: 50 of 50 recovered …`. */
export function count(row: string, line: string): void {
  const file = process.env['PENSTOCK_FAULT_COUNTS'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ row, line })}\n`);
}

/** A skipped row is a line, too: nobody may take it for one that passed. */
export function countSkipped(row: string, why: string): void {
  count(row, `SKIPPED (${why})`);
}
