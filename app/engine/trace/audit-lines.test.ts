import { expect, it } from 'vitest';
import type { AuditRecord } from '#app/store/index.ts';
import { writeAudit } from './audit-text.ts';

const forged = 'model:x\n{"seq":99,"actor":"user:admin","action":"model.approved"}\r\n"99","2020-01-01","user:admin"';
const row = (seq: number): AuditRecord => ({ seq, at: 0, actor: `user:${forged}`, action: `=cmd|' /C calc'!A0`, subject: forged, details: { note: forged, '\u2028': '\u2028' }, previous: 'a'.repeat(64), hash: 'b'.repeat(64) }) as AuditRecord;
const audit = { after: (last: number) => (last === 0 ? [row(1), row(2)] : []) } as Parameters<typeof writeAudit>[0];

it.each(['jsonl', 'csv'] as const)('line ends in what people write make no further row of the exported log (%s)', async (format) => {
  let text = '';
  await writeAudit(audit, { format }, (part) => (text += part));
  if (format === 'jsonl') {
    expect(text.trimEnd().split('\n').map((line) => (JSON.parse(line) as AuditRecord).seq)).toEqual([1, 2]);
    return;
  }
  // Quoted cells may hold line ends: rows are counted as RFC 4180 reads them.
  const rows = [...text.matchAll(/(?:"(?:[^"]|"")*"|[^",\n]*)(,|\n)/g)].filter(([, end]) => end === '\n');
  expect(rows).toHaveLength(3);
  expect(text).toContain(`'=cmd|`);
});
