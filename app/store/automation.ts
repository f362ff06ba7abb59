import { z } from 'zod';
import { attemptSchema, automationSpecSchema, firingStates, type AttemptOutcome, type AutomationSpec, type Firing, type FiringState } from '#app/core/automation.ts';
import { PenstockError } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import type { SqliteValue, StoreDatabase } from './database.ts';
import { jsonColumn, readRow } from './records.ts';

export interface AutomationRecord {
  readonly id: string;
  readonly spec: AutomationSpec;
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Due times up to this moment have been dealt with. Unix ms. */
  readonly seenUntil: number;
}

/** A firing that is to be written. */
export interface NewFiring {
  readonly automationId: string;
  readonly dueKey: string;
  readonly dueAt: number;
  readonly state?: FiringState;
  readonly reason?: string;
  readonly missed?: number;
  readonly given?: Readonly<Record<string, unknown>>;
}

const automationRow = z.object({
  id: z.string(),
  spec: jsonColumn(automationSpecSchema),
  enabled: z.number().transform((value) => value === 1),
  createdAt: z.number(),
  changedAt: z.number(),
  seenUntil: z.number(),
});
const automationColumns = 'id, spec, enabled, created_at as createdAt, changed_at as changedAt, seen_until as seenUntil';

const firingRow = z.object({
  id: z.string(),
  automationId: z.string(),
  dueKey: z.string(),
  dueAt: z.number(),
  firedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  state: z.enum(firingStates),
  reason: z.string(),
  missed: z.number(),
  given: jsonColumn(z.record(z.string(), z.unknown())),
  notBefore: z.number().nullable(),
  attempts: jsonColumn(z.array(attemptSchema)),
});
const firingColumns = `id, automation_id as automationId, due_key as dueKey, due_at as dueAt, fired_at as firedAt, ended_at as endedAt, state, reason, missed, given, not_before as notBefore,
  (select json_group_array(json_object('attempt', attempt, 'runId', run_id, 'startedAt', started_at, 'endedAt', ended_at, 'outcome', outcome, 'reason', reason))
   from (select * from firing_attempts a where a.firing_id = firings.id order by attempt)) as attempts`;

/** Schedules, triggers and their firings. */
export class AutomationStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  create(spec: AutomationSpec, about: { readonly enabled: boolean; readonly now: number }): AutomationRecord {
    const id = newRecordId(about.now);
    this.#db.run('insert into automations (id, spec, enabled, created_at, changed_at, seen_until) values (?, ?, ?, ?, ?, ?)', id, JSON.stringify(spec), about.enabled ? 1 : 0, about.now, about.now, about.now);
    return this.get(id);
  }

  /** Due times before `now` are not made up for by a schedule that was changed or switched on. @throws PenstockError `unknown-automation`. */
  update(id: string, change: { readonly spec?: AutomationSpec; readonly enabled?: boolean; readonly now: number }): AutomationRecord {
    const before = this.get(id);
    const enabled = change.enabled ?? before.enabled;
    this.#db.run('update automations set spec = ?, enabled = ?, changed_at = ?, seen_until = ? where id = ?', JSON.stringify(change.spec ?? before.spec), enabled ? 1 : 0, change.now, change.now, id);
    return this.get(id);
  }

  remove(id: string): void {
    if (this.#db.run('delete from automations where id = ?', id) === 0) throw unknownAutomation(id);
  }

  /** In the order of their making. */
  list(): AutomationRecord[] {
    return this.#db.all(`select ${automationColumns} from automations order by created_at, id`).map((row) => readRow(automationRow, row, 'an automation'));
  }

  /** @throws PenstockError `unknown-automation`. */
  get(id: string): AutomationRecord {
    const row = this.#db.get(`select ${automationColumns} from automations where id = ?`, id);
    if (row === undefined) throw unknownAutomation(id);
    return readRow(automationRow, row, `automation ${id}`);
  }

  find(id: string): AutomationRecord | null {
    const row = this.#db.get(`select ${automationColumns} from automations where id = ?`, id);
    return row === undefined ? null : readRow(automationRow, row, `automation ${id}`);
  }

  seen(id: string, until: number): void {
    this.#db.run('update automations set seen_until = ? where id = ?', until, id);
  }

  /** Writes a firing unless there is one for its key. @returns null where there is. */
  add(firing: NewFiring, now: number): Firing | null {
    const id = newRecordId(now);
    const state = firing.state ?? 'waiting';
    const ended = state === 'waiting' ? null : now;
    const changed = this.#db.run(
      'insert into firings (id, automation_id, due_key, due_at, fired_at, ended_at, state, reason, missed, given, not_before) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null) on conflict (automation_id, due_key) do nothing',
      id,
      firing.automationId,
      firing.dueKey,
      Math.round(firing.dueAt),
      state === 'waiting' ? null : now,
      ended,
      state,
      firing.reason ?? '',
      firing.missed ?? 1,
      JSON.stringify(firing.given ?? {}),
    );
    return changed === 0 ? null : this.firing(id);
  }

  /** @throws PenstockError `unknown-firing`. */
  firing(id: string): Firing {
    const row = this.#db.get(`select ${firingColumns} from firings where id = ?`, id);
    if (row === undefined) throw new PenstockError('unknown-firing', `There is no firing “${id}” in this project.`, { remedy: 'Look at the history of the schedule.' });
    return readRow(firingRow, row, `firing ${id}`);
  }

  /** Those that wait or run, oldest first. */
  open(automationId?: string): Firing[] {
    const rows =
      automationId === undefined
        ? this.#db.all(`select ${firingColumns} from firings where state in ('waiting', 'running') order by due_at, id`)
        : this.#db.all(`select ${firingColumns} from firings where state in ('waiting', 'running') and automation_id = ? order by due_at, id`, automationId);
    return rows.map((row) => readRow(firingRow, row, 'a firing'));
  }

  /** Newest due first. */
  firings(filter: { readonly automationId?: string | undefined; readonly from?: number | undefined; readonly until?: number | undefined; readonly limit: number }): Firing[] {
    const wanted: [string, SqliteValue][] = [];
    if (filter.automationId !== undefined) wanted.push(['automation_id = ?', filter.automationId]);
    if (filter.from !== undefined) wanted.push(['coalesce(ended_at, 9e15) >= ?', filter.from]);
    if (filter.until !== undefined) wanted.push(['due_at < ?', filter.until]);
    const where = wanted.length === 0 ? '' : `where ${wanted.map(([sql]) => sql).join(' and ')}`;
    return this.#db.all(`select ${firingColumns} from firings ${where} order by due_at desc, id desc limit ?`, ...wanted.map(([, value]) => value), filter.limit).map((row) => readRow(firingRow, row, 'a firing'));
  }

  /** The last one that ended of an automation, before another. */
  lastEnded(automationId: string, exceptId = ''): Firing | null {
    const row = this.#db.get(
      `select ${firingColumns} from firings where automation_id = ? and id <> ? and state in ('succeeded', 'failed', 'timed-out') order by ended_at desc, id desc limit 1`,
      automationId,
      exceptId,
    );
    return row === undefined ? null : readRow(firingRow, row, 'a firing');
  }

  /** Begins an attempt: on disk before its run starts. @returns its number. */
  beginAttempt(firingId: string, now: number): number {
    return this.#db.transaction(() => {
      const { last } = readRow(z.object({ last: z.number() }), this.#db.get('select coalesce(max(attempt), 0) as last from firing_attempts where firing_id = ?', firingId), 'an attempt');
      this.#db.run("insert into firing_attempts (firing_id, attempt, run_id, started_at, ended_at, outcome, reason) values (?, ?, null, ?, null, null, '')", firingId, last + 1, now);
      this.#db.run("update firings set state = 'running', reason = '', fired_at = coalesce(fired_at, ?), not_before = null where id = ?", now, firingId);
      return last + 1;
    });
  }

  attemptRun(firingId: string, attempt: number, runId: string): void {
    this.#db.run('update firing_attempts set run_id = ? where firing_id = ? and attempt = ?', runId, firingId, attempt);
  }

  endAttempt(firingId: string, attempt: number, end: { readonly outcome: AttemptOutcome; readonly reason: string; readonly now: number }): void {
    this.#db.run('update firing_attempts set ended_at = ?, outcome = ?, reason = ? where firing_id = ? and attempt = ?', end.now, end.outcome, end.reason, firingId, attempt);
  }

  /** Ends a firing. */
  end(firingId: string, state: Exclude<FiringState, 'waiting' | 'running'>, reason: string, now: number): void {
    this.#db.run('update firings set state = ?, reason = ?, ended_at = ?, not_before = null where id = ?', state, reason, now, firingId);
  }

  /** Puts a firing back to wait. */
  wait(firingId: string, reason: string, notBefore: number | null): void {
    this.#db.run("update firings set state = 'waiting', reason = ?, not_before = ? where id = ?", reason, notBefore === null ? null : Math.round(notBefore), firingId);
  }

  /** Path → time of change and size, as last noted. */
  files(automationId: string): Map<string, { readonly mtime: number; readonly size: number }> {
    const rows = z.array(z.object({ path: z.string(), mtime: z.number(), size: z.number() })).parse(this.#db.all('select path, mtime, size from automation_files where automation_id = ?', automationId));
    return new Map(rows.map(({ path, mtime, size }) => [path, { mtime, size }]));
  }

  noteFile(automationId: string, file: { readonly path: string; readonly mtime: number; readonly size: number }): void {
    this.#db.run(
      'insert into automation_files (automation_id, path, mtime, size) values (?, ?, ?, ?) on conflict (automation_id, path) do update set mtime = excluded.mtime, size = excluded.size',
      automationId,
      file.path,
      file.mtime,
      file.size,
    );
  }
}

function unknownAutomation(id: string): PenstockError {
  return new PenstockError('unknown-automation', `There is no schedule or trigger “${id}” in this project.`, { remedy: 'Look at the list of them: penstock automation list.' });
}
