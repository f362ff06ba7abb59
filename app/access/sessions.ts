import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import type { StoreDatabase } from '#app/store/database.ts';
import { readRow } from '#app/store/records.ts';
import { newSecret, secretHash } from './database.ts';

export interface Session {
  readonly id: string;
  readonly account: string;
  /** Told to the session's own pages; what changes something by plain HTTP must say it. */
  readonly csrf: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly address: string;
  readonly agent: string;
}

/** A session that nobody uses ends after this many ms. */
export const idleMs = 12 * 3_600_000;
/** Every session ends after this many ms. */
export const longestMs = 7 * 86_400_000;
/** How exactly the last use is kept: not every call writes to the disk. */
const seenEveryMs = 60_000;

const sessionRow = z.object({ id: z.string(), account: z.string(), csrf: z.string(), createdAt: z.number(), seenAt: z.number(), address: z.string(), agent: z.string() });
const columns = 'id, account, csrf, created_at as createdAt, seen_at as seenAt, address, agent';

/** What others say of themselves, fit for a table and a log: no control characters (they may move a terminal's cursor or forge a line), no more than `most` letters. */
export const plainText = (text: string, most: number): string => [...text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\uFFFD')].slice(0, most).join('');

/** Who is signed in. The secret lies in the browser's cookie; here lies its hash. */
export class Sessions {
  readonly #db: StoreDatabase;
  readonly #now: () => number;

  constructor(database: StoreDatabase, now: () => number = Date.now) {
    this.#db = database;
    this.#now = now;
  }

  /** Always a new secret, whatever the browser came with: a cookie planted before signing in is worth nothing after it. */
  begin(account: string, from: { readonly address: string; readonly agent: string }): { readonly secret: string; readonly session: Session } {
    const secret = newSecret();
    const at = this.#now();
    const session: Session = { id: newRecordId(at), account, csrf: newSecret(), createdAt: at, seenAt: at, address: plainText(from.address, 64), agent: plainText(from.agent, 200) };
    this.#db.run('delete from sessions where created_at <= ? or seen_at <= ?', at - longestMs, at - idleMs);
    this.#db.run('insert into sessions (hash, id, account, csrf, created_at, seen_at, address, agent) values (?, ?, ?, ?, ?, ?, ?, ?)', secretHash(secret), session.id, account, session.csrf, at, at, session.address, session.agent);
    return { secret, session };
  }

  /** The session of a secret; null once it has ended. Its use is noted. */
  bySecret(secret: string): Session | null {
    return this.#alive(this.#db.get(`select ${columns} from sessions where hash = ?`, secretHash(secret)), true);
  }

  byId(id: string, used = false): Session | null {
    return this.#alive(this.#db.get(`select ${columns} from sessions where id = ?`, id), used);
  }

  /** Last used first. */
  list(account: string): Session[] {
    return this.#db.all(`select ${columns} from sessions where account = ? order by seen_at desc`, account).flatMap((row) => this.#alive(row, false) ?? []);
  }

  /** @throws PenstockError `unknown-session`. */
  end(id: string, account: string): void {
    if (this.#db.run('delete from sessions where id = ? and account = ?', id, account) === 0) throw new PenstockError('unknown-session', 'There is no such session; it may have ended.', { remedy: 'Look at the list again.' });
  }

  /** Ends all of an account, but one where it is named. */
  endAll(account: string, but: string | null = null): void {
    this.#db.run('delete from sessions where account = ? and id <> ?', account, but ?? '');
  }

  #alive(row: unknown, used: boolean): Session | null {
    if (row === undefined) return null;
    const session = readRow(sessionRow, row, 'a session');
    const now = this.#now();
    if (session.createdAt <= now - longestMs || session.seenAt <= now - idleMs) return null;
    if (used && session.seenAt < now - seenEveryMs) this.#db.run('update sessions set seen_at = ? where id = ?', now, session.id);
    return session;
  }
}
