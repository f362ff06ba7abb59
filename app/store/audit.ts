import { z } from 'zod';
import { canonicalJson, sha256Hex } from '#app/core/hash.ts';
import type { SqliteValue, StoreDatabase } from './database.ts';
import { jsonColumn, readRow } from './records.ts';

/** What somebody did. `subject` is a reference as in `model:churn@3`, `run:ID`, `schedule:ID`, `pipeline:PATH`. */
export interface AuditEvent {
  /** Who: `user:NAME`, `schedule:ID`, `token:NAME` … */
  readonly actor: string;
  /** Dotted, the thing first: `model.stage`, `run.started`, `alarm.acknowledged`. */
  readonly action: string;
  readonly subject: string;
  /** Plain JSON; no secrets, no rows of data. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface AuditRecord extends Required<AuditEvent> {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  /** Unix ms. */
  readonly at: number;
  /** Hash of the record before; 64 zeros for the first. */
  readonly previous: string;
  readonly hash: string;
}

export interface AuditFilter {
  readonly subject?: string | undefined;
  /** `model` finds `model.stage`, too. */
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  /** Part of the subject, in any case of letters. */
  readonly about?: string | undefined;
  /** Unix ms; `until` is not in it. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Lowest `seq` of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
}

const auditRow = z.object({
  seq: z.number(),
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  details: jsonColumn(z.record(z.string(), z.unknown())),
  previous: z.string(),
  hash: z.string(),
});

const columns = 'seq, at, actor, action, subject, details, previous, hash';

export const firstPrevious = '0'.repeat(64);

/** SHA-256 of everything in a record but its own hash, as canonical JSON: also what a verifier outside computes. */
export function auditHash({ seq, at, actor, action, subject, details, previous }: Omit<AuditRecord, 'hash'>): string {
  return sha256Hex(canonicalJson({ seq, at, actor, action, subject, details, previous }));
}

/** Who did what, when, with what: rows are only ever added. Verifying and signing are the engine's business. */
export class AuditStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /** Adds a record; in the transaction under way where there is one, so that what was done and its record stand or fall together. */
  append(event: AuditEvent, at = Date.now()): AuditRecord {
    return this.#db.transaction(() => {
      const last = this.#db.get('select seq, hash from audit order by seq desc limit 1');
      const { seq, hash: previous } = last === undefined ? { seq: 0, hash: firstPrevious } : readRow(z.object({ seq: z.number(), hash: z.string() }), last, 'the audit log');
      // What is hashed is what is read back: undefined members, dates and the like are gone after this.
      const details = JSON.parse(JSON.stringify(event.details ?? {})) as Record<string, unknown>;
      const body = { seq: seq + 1, at, actor: event.actor, action: event.action, subject: event.subject, details, previous };
      const record: AuditRecord = { ...body, hash: auditHash(body) };
      this.#db.run(
        'insert into audit (seq, at, actor, action, subject, details, previous, hash) values (?, ?, ?, ?, ?, ?, ?, ?)',
        record.seq,
        record.at,
        record.actor,
        record.action,
        record.subject,
        JSON.stringify(details),
        record.previous,
        record.hash,
      );
      return record;
    });
  }

  /** Newest first; `before` is the lowest `seq` of the page before. */
  list(filter: AuditFilter): AuditRecord[] {
    const wanted: [string, SqliteValue[]][] = [];
    if (filter.subject !== undefined) wanted.push(['subject = ?', [filter.subject]]);
    // `model` finds `model.stage`, too.
    if (filter.action !== undefined) wanted.push(["(action = ? or action glob ? || '.*')", [filter.action, filter.action]]);
    if (filter.actor !== undefined) wanted.push(['actor = ?', [filter.actor]]);
    if (filter.about !== undefined) wanted.push(["instr(lower(subject), lower(?)) > 0", [filter.about]]);
    if (filter.since !== undefined) wanted.push(['at >= ?', [filter.since]]);
    if (filter.until !== undefined) wanted.push(['at < ?', [filter.until]]);
    if (filter.before !== undefined) wanted.push(['seq < ?', [filter.before]]);
    const where = wanted.length === 0 ? '' : `where ${wanted.map(([sql]) => sql).join(' and ')}`;
    return this.#db.all(`select ${columns} from audit ${where} order by seq desc limit ?`, ...wanted.flatMap(([, values]) => values), filter.limit).map(recordOf);
  }

  /** Oldest first, in pages after `seq`: for exporting. @throws PenstockError `record-damaged` at a row that is not one. */
  after(seq: number, limit: number): AuditRecord[] {
    return this.#db.all(`select ${columns} from audit where seq > ? order by seq limit ?`, seq, limit).map(recordOf);
  }

  /** As they lie in the database, whatever somebody made of them: for verifying. */
  rawAfter(seq: number, limit: number): Record<string, unknown>[] {
    return this.#db.all(`select ${columns} from audit where seq > ? order by seq limit ?`, seq, limit);
  }

  /** The last row's number and hash; null before the first. */
  head(): { readonly seq: number; readonly hash: string } | null {
    const row = this.#db.get('select seq, hash from audit order by seq desc limit 1');
    return row === undefined ? null : readRow(z.object({ seq: z.number(), hash: z.string() }), row, 'the audit log');
  }

  /** Who ever did something, and the actions there are: for filters. Sorted. */
  names(): { readonly actors: string[]; readonly actions: string[] } {
    const texts = (sql: string): string[] => z.array(z.object({ name: z.string() })).parse(this.#db.all(sql)).map(({ name }) => name);
    return { actors: texts('select distinct actor as name from audit order by actor'), actions: texts('select distinct action as name from audit order by action') };
  }
}

function recordOf(row: unknown): AuditRecord {
  return readRow(auditRow, row, 'the audit log');
}
