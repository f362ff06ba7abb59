import { z } from 'zod';
import { newRecordId } from '#app/core/ids.ts';
import type { StoreDatabase } from '#app/store/database.ts';
import { readRow } from '#app/store/records.ts';
import { newSecret, secretHash } from './database.ts';

export interface Invitation {
  readonly id: string;
  /** The account that gets its password by it; null: the first admin of the server, who is made by it. */
  readonly account: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number;
}

/** A link is good for this many ms. */
export const invitationMs = 24 * 3_600_000;

const row = z.object({ id: z.string(), account: z.string().nullable(), createdAt: z.number(), createdBy: z.string(), expiresAt: z.number() });
const columns = 'id, account, created_at as createdAt, created_by as createdBy, expires_at as expiresAt';

/** One-time links by which people choose their password: also after a reset. */
export class Invitations {
  readonly #db: StoreDatabase;
  readonly #now: () => number;

  constructor(database: StoreDatabase, now: () => number = Date.now) {
    this.#db = database;
    this.#now = now;
  }

  /** A new link for an account; earlier ones of it are worth nothing from now on. The secret is in this answer and nowhere else. */
  create(account: string | null, createdBy: string): { readonly secret: string; readonly invitation: Invitation } {
    const secret = newSecret();
    const at = this.#now();
    const invitation: Invitation = { id: newRecordId(at), account, createdAt: at, createdBy, expiresAt: at + invitationMs };
    this.#db.transaction(() => {
      this.withdraw(account);
      this.#db.run('insert into invitations (hash, id, account, created_at, created_by, expires_at) values (?, ?, ?, ?, ?, ?)', secretHash(secret), invitation.id, account, at, createdBy, invitation.expiresAt);
    });
    return { secret, invitation };
  }

  /** Looks at a link without using it up; null where it is unknown, used or over. */
  bySecret(secret: string): Invitation | null {
    const found = this.#db.get(`select ${columns} from invitations where hash = ? and expires_at > ?`, secretHash(secret), this.#now());
    return found === undefined ? null : readRow(row, found, 'an invitation');
  }

  /** Uses a link up: of two at the same time one gets it. */
  take(secret: string): Invitation | null {
    return this.#db.transaction(() => {
      const found = this.bySecret(secret);
      if (found === null) return null;
      this.#db.run('delete from invitations where id = ?', found.id);
      return found;
    });
  }

  /** The open link of an account, without its secret. */
  open(account: string): Invitation | null {
    const found = this.#db.get(`select ${columns} from invitations where account = ? and expires_at > ?`, account, this.#now());
    return found === undefined ? null : readRow(row, found, 'an invitation');
  }

  withdraw(account: string | null): void {
    this.#db.run('delete from invitations where account is ? or expires_at <= ?', account, this.#now());
  }
}
