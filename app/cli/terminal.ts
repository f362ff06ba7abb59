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

/** Control characters, as a terminal obeys them: C0 but tab and line end, DEL, C1, and what turns the direction of writing round. */
const commands = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]|\r(?!\n)/gu;

/** Text with what a terminal would obey written out (`\u001b`): titles and data come from anywhere. Valid JSON stays valid. */
export const withoutCommands = (text: string): string => text.replace(commands, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Our own ways to write a line anew. */
const lineAnew = ['\r\u001b[2K', '\r\u001b[K'];

interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The terminal of this process. Results that go into a file or another program stay as they are, byte for byte. */
export function processTerminal(stdout: Stream, stderr: Stream): Terminal {
  return {
    out: (text) => void stdout.write(stdout.isTTY === true ? withoutCommands(text) : text),
    error(text) {
      const own = lineAnew.find((one) => text.startsWith(one)) ?? '';
      stderr.write(`${own}${withoutCommands(text.slice(own.length))}`);
    },
    isTty: stderr.isTTY === true,
  };
}
