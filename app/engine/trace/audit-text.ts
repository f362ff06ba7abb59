import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { formatCount } from '#app/core/units.ts';
import type { AuditFilter, AuditRecord, AuditStore } from '#app/store/index.ts';
import type { AuditVerdict } from './verify-audit.ts';

export const auditFormats = ['jsonl', 'csv'] as const;
export type AuditFormat = (typeof auditFormats)[number];

/** A verdict in sentences, for a terminal. */
export function auditText({ ok, rows, signed, firstBad, notes }: AuditVerdict): string {
  const lines = ok ? [`The audit log is whole: ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}.`] : [`The audit log is not whole. First bad row: ${firstBad?.seq ?? 0}.`, firstBad?.message ?? ''];
  if (signed !== null) lines.push(`Signed up to row ${signed.seq} on ${new Date(signed.at).toISOString()} by the key ${signed.key}.`);
  return [...lines, ...notes].map((line) => `${line}\n`).join('');
}

const header = ['seq', 'at', 'actor', 'action', 'subject', 'details', 'previous', 'hash'] as const;

/** Cells that a spreadsheet would take for a formula get a sign in front. */
function csvCell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function line(row: AuditRecord, format: AuditFormat): string {
  if (format === 'jsonl') return `${JSON.stringify(row)}\n`;
  return `${[row.seq, new Date(row.at).toISOString(), row.actor, row.action, row.subject, JSON.stringify(row.details), row.previous, row.hash].map(csvCell).join(',')}\n`;
}

const pageRows = 1000;

/**
 * Writes the log, oldest first, to a function or as a file that is there only when it is whole.
 * @returns the number of rows.
 */
export async function writeAudit(audit: Pick<AuditStore, 'after'>, filter: Omit<AuditFilter, 'limit' | 'before' | 'subject'> & { readonly format: AuditFormat }, to: string | ((text: string) => void)): Promise<number> {
  let rows = 0;
  function* parts(): Generator<string> {
    if (filter.format === 'csv') yield `${header.join(',')}\n`;
    for (let last = 0; ; ) {
      const page = audit.after(last, pageRows);
      const wanted = page.filter((row) => fits(row, filter));
      rows += wanted.length;
      yield wanted.map((row) => line(row, filter.format)).join('');
      if (page.length < pageRows) return;
      last = page.at(-1)?.seq ?? last;
    }
  }
  if (typeof to === 'function') for (const part of parts()) to(part);
  else {
    const temporary = `${to}.${process.pid}.tmp`;
    try {
      await pipeline(parts(), createWriteStream(temporary, { flags: 'wx', flush: true }));
      await rename(temporary, to);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
  return rows;
}

/** As the store's list filters. */
function fits(row: AuditRecord, { actor, action, about, since, until }: Omit<AuditFilter, 'limit'>): boolean {
  if (actor !== undefined && row.actor !== actor) return false;
  if (action !== undefined && row.action !== action && !row.action.startsWith(`${action}.`)) return false;
  if (about !== undefined && !row.subject.toLowerCase().includes(about.toLowerCase())) return false;
  return (since === undefined || row.at >= since) && (until === undefined || row.at < until);
}
