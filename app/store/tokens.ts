import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import { tokenScopes, type TokenScope } from '#app/core/serving.ts';
import type { StoreDatabase } from './database.ts';
import { jsonColumn, readRow } from './records.ts';

export interface AccessToken {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly scopes: readonly TokenScope[];
  readonly createdAt: number;
  readonly createdBy: string;
  /** Unix ms; null: never. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

const tokenRow = z.object({
  id: z.string(),
  name: z.string(),
  hash: z.string(),
  scopes: jsonColumn(z.array(z.enum(tokenScopes))),
  createdAt: z.number(),
  createdBy: z.string(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
});

const columns = 'id, name, hash, scopes, created_at as createdAt, created_by as createdBy, expires_at as expiresAt, revoked_at as revokedAt';

/** What is kept of a token. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Tokens that model servers of this project take; their text is known to whoever made them and to nobody else. */
export class TokenStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /** A new token: its text is in this answer and nowhere else. @throws PenstockError `token-name`, `token-scope`. */
  create(about: { readonly name: string; readonly scopes: readonly TokenScope[]; readonly expiresAt: number | null; readonly createdBy: string; readonly createdAt?: number }): { readonly token: string; readonly record: AccessToken } {
    const name = about.name.trim();
    if (name === '' || name.length > 80) throw new PenstockError('token-name', 'A token needs a name of at most 80 characters.', { remedy: 'Name it after what will use it.' });
    if (about.scopes.length === 0) throw new PenstockError('token-scope', 'A token that allows nothing is of no use.', { remedy: `Choose one or more of ${tokenScopes.join(', ')}.` });
    const token = `penstock_${randomBytes(32).toString('base64url')}`;
    const record: AccessToken = { id: newRecordId(), name, hash: tokenHash(token), scopes: [...about.scopes], createdAt: about.createdAt ?? Date.now(), createdBy: about.createdBy, expiresAt: about.expiresAt, revokedAt: null };
    this.#db.run('insert into access_tokens (id, name, hash, scopes, created_at, created_by, expires_at) values (?, ?, ?, ?, ?, ?, ?)', record.id, name, record.hash, JSON.stringify(record.scopes), record.createdAt, record.createdBy, record.expiresAt);
    return { token, record };
  }

  /** Newest first; revoked and expired ones, too. */
  list(): AccessToken[] {
    return this.#db.all(`select ${columns} from access_tokens order by created_at desc, id`).map((row) => readRow(tokenRow, row, 'an access token'));
  }

  /** From now on the token is refused. @throws PenstockError `unknown-token`. */
  revoke(id: string, at = Date.now()): AccessToken {
    const row = this.#db.get(`select ${columns} from access_tokens where id = ?`, id);
    if (row === undefined) throw new PenstockError('unknown-token', 'There is no such token in this project.', { remedy: 'Look at the list of tokens.' });
    this.#db.run('update access_tokens set revoked_at = coalesce(revoked_at, ?) where id = ?', at, id);
    return readRow(tokenRow, row, 'an access token');
  }
}
