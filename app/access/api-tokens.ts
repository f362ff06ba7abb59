import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import type { StoreDatabase } from '#app/store/database.ts';
import { jsonColumn, readRow } from '#app/store/records.ts';
import { newSecret, secretHash } from './database.ts';
import { apiScopes, type ApiScope } from './roles.ts';
import { plainText } from './sessions.ts';

export interface ApiToken {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly createdAt: number;
  /** Unix ms. Every token ends. */
  readonly expiresAt: number;
  readonly lastUsed: number | null;
}

const longestDays = 366;
const dayMs = 86_400_000;
const tokenRow = z.object({ id: z.string(), account: z.string(), name: z.string(), scopes: jsonColumn(z.array(z.enum(apiScopes))), createdAt: z.number(), expiresAt: z.number(), lastUsed: z.number().nullable() });
const columns = 'id, account, name, scopes, created_at as createdAt, expires_at as expiresAt, last_used as lastUsed';

/** Tokens for programs, `Authorization: Bearer …`. Their text is known to whoever made them and to nobody else. */
export class ApiTokens {
  readonly #db: StoreDatabase;
  readonly #now: () => number;

  constructor(database: StoreDatabase, now: () => number = Date.now) {
    this.#db = database;
    this.#now = now;
  }

  /** @throws PenstockError `token-name`, `token-scope`, `token-expiry`. */
  create(about: { readonly account: string; readonly name: string; readonly scopes: readonly ApiScope[]; readonly expiresAt: number }): { readonly secret: string; readonly token: ApiToken } {
    const at = this.#now();
    const name = plainText(about.name.trim(), 80);
    if (name === '') throw new PenstockError('token-name', 'A token needs a name.', { remedy: 'Name it after what will use it.' });
    if (about.scopes.length === 0) throw new PenstockError('token-scope', 'A token that allows nothing is of no use.', { remedy: `Choose one or more of ${apiScopes.join(', ')}.` });
    if (about.expiresAt <= at || about.expiresAt > at + longestDays * dayMs) throw new PenstockError('token-expiry', 'A token ends within a year.', { remedy: 'Choose a day between tomorrow and a year from now.' });
    const secret = `penstock_api_${newSecret()}`;
    const token: ApiToken = { id: newRecordId(at), account: about.account, name, scopes: [...new Set(about.scopes)], createdAt: at, expiresAt: about.expiresAt, lastUsed: null };
    this.#db.run('insert into api_tokens (id, hash, account, name, scopes, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?)', token.id, secretHash(secret), token.account, name, JSON.stringify(token.scopes), at, token.expiresAt);
    return { secret, token };
  }

  /** Null where it is unknown, withdrawn or over. Its use is noted, to the minute. */
  bySecret(secret: string): ApiToken | null {
    return this.#alive(this.#db.get(`select ${columns} from api_tokens where hash = ?`, secretHash(secret)), true);
  }

  byId(id: string, used = false): ApiToken | null {
    return this.#alive(this.#db.get(`select ${columns} from api_tokens where id = ?`, id), used);
  }

  /** Newest first; ended ones, too. */
  list(account: string): ApiToken[] {
    return this.#db.all(`select ${columns} from api_tokens where account = ? order by created_at desc, id`, account).map(tokenOf);
  }

  /** @throws PenstockError `unknown-token`: there is none, or it is of another account. */
  revoke(id: string, account: string): ApiToken {
    const row = this.#db.get(`select ${columns} from api_tokens where id = ? and account = ?`, id, account);
    if (row === undefined) throw new PenstockError('unknown-token', 'There is no such token.', { remedy: 'Look at the list of tokens.' });
    this.#db.run('delete from api_tokens where id = ?', id);
    return tokenOf(row);
  }

  revokeAll(account: string): void {
    this.#db.run('delete from api_tokens where account = ?', account);
  }

  #alive(row: unknown, used: boolean): ApiToken | null {
    if (row === undefined) return null;
    const token = tokenOf(row);
    const now = this.#now();
    if (token.expiresAt <= now) return null;
    if (used && (token.lastUsed === null || token.lastUsed < now - 60_000)) this.#db.run('update api_tokens set last_used = ? where id = ?', now, token.id);
    return token;
  }
}

const tokenOf = (row: unknown): ApiToken => readRow(tokenRow, row, 'an API token');
