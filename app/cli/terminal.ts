import { toDiagnostic, type Diagnostic } from '#app/core/errors.ts';

/** Where a command writes: results to `out`, everything else to `error`, so that output can be piped. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Whether progress lines may be rewritten in place. */
  readonly isTty: boolean;
}

/** Exit codes: documented in `penstock --help`. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** A failure in two lines: what, then what to do. */
export function printFailure(terminal: Terminal, error: unknown): void {
  terminal.error(`${failureText(toDiagnostic(error))}\n`);
}

export function failureText({ message, remedy, place }: Diagnostic): string {
  const where = place?.file === undefined || message.includes(place.file) ? '' : ` (${place.file}${place.line === undefined ? '' : `:${place.line}`})`;
  return `${message}${where}${remedy === undefined ? '' : `\n  → ${remedy}`}`;
}

/** Columns padded to their widest cell; the last is left ragged. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map((row) => `${row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('  ')}\n`).join('');
}
