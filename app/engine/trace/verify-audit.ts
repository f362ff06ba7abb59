import { z } from 'zod';
import { formatCount } from '#app/core/units.ts';
import { auditHash, firstPrevious, type AuditHead, type AuditStore } from '#app/store/index.ts';
import { isSigned } from './audit-heads.ts';
import { keyFingerprint } from './audit-key.ts';

export type BadRowReason = 'unparsable' | 'missing' | 'changed' | 'not-followed' | 'rewritten' | 'cut-off' | 'signature';

export interface AuditVerdict {
  readonly ok: boolean;
  /** Rows there are. */
  readonly rows: number;
  /** The last good signature, and how many rows came after it. */
  readonly signed: { readonly seq: number; readonly at: number; readonly key: string } | null;
  readonly unsigned: number;
  readonly firstBad: { readonly seq: number; readonly reason: BadRowReason; readonly message: string } | null;
  /** Sentences on what the verdict rests on. */
  readonly notes: readonly string[];
}

export interface VerifyOptions {
  readonly audit: Pick<AuditStore, 'rawAfter'>;
  readonly project: string | null;
  /** Oldest first. */
  readonly heads: readonly AuditHead[];
  /** As kept outside the project by who signed it. */
  readonly outside: AuditHead | null;
  /** Fingerprint of the key whose signatures count; null: any, and the notes say whose they are. */
  readonly key: string | null;
  /** The user's own key. */
  readonly own: string | null;
}

const rowShape = z.object({ seq: z.int(), at: z.int(), actor: z.string(), action: z.string(), subject: z.string(), details: z.string(), previous: z.string(), hash: z.string() });
const pageRows = 1000;

/**
 * Walks the whole log: every row must have the hash of what it says, follow on the one before, and be the one that was signed. Names the first bad row; where a row and
 * all after it were hashed anew, the first that no good signature stands behind.
 */
export async function verifyAudit(options: VerifyOptions): Promise<AuditVerdict> {
  const notes: string[] = [];
  const heads = trusted(options, notes);
  let rows = 0;
  let previous = firstPrevious;
  let last = 0;
  let good: AuditHead | null = null;
  const bad = (seq: number, reason: BadRowReason, message: string): AuditVerdict => ({ ok: false, rows, signed: signedBy(good), unsigned: rows - (good?.seq ?? 0), firstBad: { seq, reason, message }, notes });
  let next = 0;
  for (;;) {
    const page = options.audit.rawAfter(last, pageRows);
    for (const raw of page) {
      const fault = faultOf(raw, last + 1, previous);
      if (fault !== null) return bad(fault.seq, fault.reason, fault.message);
      last += 1;
      rows += 1;
      previous = String(raw['hash']);
      for (; heads[next]?.seq === last; next += 1) {
        const head = heads[next];
        if (head === undefined) break;
        if (options.project === null || !isSigned(options.project, head)) return bad(last, 'signature', `The signature over row ${last} is not right: it was changed, or is of another log.`);
        if (head.hash !== previous) {
          const from = (good?.seq ?? 0) + 1;
          return bad(from, 'rewritten', `Rows ${from} to ${last} are not those that were signed: one of them was changed, and those after it were hashed anew.`);
        }
        good = head;
      }
    }
    if (page.length < pageRows) break;
    // Others want to get a word in on the way through a long log.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const beyond = heads.at(-1);
  if (beyond !== undefined && beyond.seq > last) return bad(last + 1, 'cut-off', `The log ends at row ${last}, but row ${beyond.seq} was signed: the end was cut off.`);
  if (options.key !== null && good === null) return bad(1, 'signature', `No row is signed by the key ${options.key}.`);
  if (good === null && rows > 0) notes.push('No row is signed: a log that was written anew as a whole would not be noticed.');
  if (good !== null && rows > good.seq) notes.push(`${formatCount(rows - good.seq)} ${rows - good.seq === 1 ? 'row' : 'rows'} after the last signature: their removal would not be noticed yet.`);
  return { ok: true, rows, signed: signedBy(good), unsigned: rows - (good?.seq ?? 0), firstBad: null, notes };
}

const signedBy = (head: AuditHead | null): AuditVerdict['signed'] => (head === null ? null : { seq: head.seq, at: head.at, key: keyFingerprint(head.publicKey) });

/** Heads that count, by row. */
function trusted({ heads, outside, key, own }: VerifyOptions, notes: string[]): AuditHead[] {
  const all = [...heads, ...(outside === null ? [] : [outside])].filter((head) => key === null || keyFingerprint(head.publicKey) === key);
  const foreign = new Set(all.map((head) => keyFingerprint(head.publicKey)).filter((one) => one !== own && one !== key));
  if (foreign.size > 0) notes.push(`Signed by ${[...foreign].join(', ')}, which is not your key: compare the fingerprint with what its owner tells you.`);
  return all.toSorted((a, b) => a.seq - b.seq);
}

function faultOf(raw: Record<string, unknown>, expected: number, previous: string): { seq: number; reason: BadRowReason; message: string } | null {
  const seq = typeof raw['seq'] === 'number' ? raw['seq'] : expected;
  if (seq !== expected) {
    const most = seq - 1;
    return { seq: expected, reason: 'missing', message: most === expected ? `Row ${expected} is missing.` : `Rows ${expected} to ${most} are missing.` };
  }
  const row = rowShape.safeParse(raw);
  const details = row.success ? parsed(row.data.details) : null;
  if (!row.success || details === null) return { seq, reason: 'unparsable', message: `Row ${seq} cannot be read: somebody wrote something else there.` };
  // The text itself counts, not only what it means: nothing in a row may be touched.
  if (JSON.stringify(details) !== row.data.details || auditHash({ ...row.data, details }) !== row.data.hash) return { seq, reason: 'changed', message: `Row ${seq} was changed: it does not have the hash of what it says.` };
  if (row.data.previous === previous) return null;
  if (seq === 1) return { seq, reason: 'changed', message: 'Row 1 was changed: it says that another row came before it.' };
  return { seq: seq - 1, reason: 'not-followed', message: `Row ${seq - 1} was changed and hashed anew: row ${seq} was written after another one.` };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
