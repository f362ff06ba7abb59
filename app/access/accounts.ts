import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import type { StoreDatabase } from '#app/store/database.ts';
import { readRow } from '#app/store/records.ts';
import { assertPassword, checkPassword, hashPassword } from './passwords.ts';
import { roles, type Role } from './roles.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  /** Whether it signs in with a password; else by OpenID Connect, or not yet. */
  readonly hasPassword: boolean;
  /** Admin of the server: of all of its projects. */
  readonly admin: boolean;
  /** Unix ms; null: it may sign in. */
  readonly disabledAt: number | null;
  /** Who vouches for it, and as whom: OpenID Connect's `iss` and `sub`. */
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly lastSignIn: number | null;
}

export interface NewAccount {
  readonly name: string;
  /** Absent: it gets one by an invitation, or signs in by OpenID Connect. */
  readonly password?: string;
  readonly admin?: boolean;
  readonly identity?: { readonly issuer: string; readonly subject: string };
  readonly createdBy: string;
}

const accountRow = z.object({
  id: z.string(),
  name: z.string(),
  hasPassword: z.number().transform((one) => one === 1),
  admin: z.number().transform((one) => one === 1),
  disabledAt: z.number().nullable(),
  issuer: z.string().nullable(),
  subject: z.string().nullable(),
  createdAt: z.number(),
  createdBy: z.string(),
  lastSignIn: z.number().nullable(),
});

const columns = 'id, name, password is not null as hasPassword, admin, disabled_at as disabledAt, issuer, subject, created_at as createdAt, created_by as createdBy, last_sign_in as lastSignIn';

/** Letters, digits and what e-mail addresses have; nothing that a terminal or a log takes for something else. */
const namePattern = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{0,79}$/u;

/** As names are compared: whoever is “Ada” is not somebody else as “ada” or in full-width letters. */
export const foldName = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** @throws PenstockError `account-name`. */
export function checkedName(name: string): string {
  const plain = name.normalize('NFKC').trim();
  if (namePattern.test(plain)) return plain;
  throw new PenstockError('account-name', 'The name of an account is 1 to 80 letters, digits and . _ @ + -, and begins with a letter or digit.', { remedy: 'An e-mail address will do.' });
}

/** Who may sign in, and what they may do in which project. */
export class Accounts {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /** By name. */
  list(): Account[] {
    return this.#db.all(`select ${columns} from accounts order by folded`).map(accountOf);
  }

  byId(id: string): Account | null {
    return one(this.#db.get(`select ${columns} from accounts where id = ?`, id));
  }

  byName(name: string): Account | null {
    return one(this.#db.get(`select ${columns} from accounts where folded = ?`, foldName(name)));
  }

  /** Only both together name somebody: a subject is unique within its issuer, an e-mail address may change hands. */
  byIdentity(issuer: string, subject: string): Account | null {
    return one(this.#db.get(`select ${columns} from accounts where issuer = ? and subject = ?`, issuer, subject));
  }

  /** @throws PenstockError `unknown-account`. */
  get(id: string): Account {
    const account = this.byId(id);
    if (account !== null) return account;
    throw new PenstockError('unknown-account', 'There is no such account.', { remedy: 'Look at the list of people.' });
  }

  /** @throws PenstockError `account-name`, `account-exists`, `password-weak`. */
  async create(about: NewAccount): Promise<Account> {
    const name = checkedName(about.name);
    if (about.password !== undefined) assertPassword(about.password, name);
    const password = about.password === undefined ? null : await hashPassword(about.password);
    const id = newRecordId();
    this.#db.transaction(() => {
      if (this.byName(name) !== null) throw new PenstockError('account-exists', `There is an account “${name}” already.`, { remedy: 'Choose another name, or change that account.' });
      const { issuer = null, subject = null } = about.identity ?? {};
      this.#db.run('insert into accounts (id, name, folded, password, admin, issuer, subject, created_at, created_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?)', id, name, foldName(name), password, about.admin === true ? 1 : 0, issuer, subject, Date.now(), about.createdBy);
    });
    return this.get(id);
  }

  /** @throws PenstockError `password-weak`, `unknown-account`. */
  async setPassword(id: string, password: string): Promise<void> {
    assertPassword(password, this.get(id).name);
    const hash = await hashPassword(password);
    this.#db.run('update accounts set password = ? where id = ?', hash, id);
  }

  /** The password no longer works; a new one comes by an invitation. */
  clearPassword(id: string): void {
    this.#db.run('update accounts set password = null where id = ?', id);
  }

  /**
   * The account whose name and password these are, else null; also for one that is disabled. Costs the same for names that do not exist.
   */
  async verify(name: string, password: string): Promise<Account | null> {
    const row = this.#db.get('select id, password, disabled_at as disabledAt from accounts where folded = ?', foldName(name));
    const kept = row === undefined ? null : z.object({ id: z.string(), password: z.string().nullable(), disabledAt: z.number().nullable() }).parse(row);
    const { ok, outdated } = await checkPassword(password, kept?.password ?? null);
    if (!ok || kept === null || kept.disabledAt !== null) return null;
    if (outdated) this.#db.run('update accounts set password = ? where id = ?', await hashPassword(password), kept.id);
    return this.byId(kept.id);
  }

  /** Links an account to whoever an issuer vouches for. @throws PenstockError `identity-taken`. */
  link(id: string, issuer: string, subject: string): void {
    this.#db.transaction(() => {
      const other = this.byIdentity(issuer, subject);
      if (other !== null && other.id !== id) throw new PenstockError('identity-taken', `“${other.name}” signs in with this identity.`, { remedy: 'Sign in as somebody else.' });
      this.#db.run('update accounts set issuer = ?, subject = ? where id = ?', issuer, subject, id);
    });
  }

  signedIn(id: string, at = Date.now()): void {
    this.#db.run('update accounts set last_sign_in = ? where id = ?', at, id);
  }

  /** @throws PenstockError `unknown-account`, `last-admin`. */
  setDisabled(id: string, disabled: boolean, at = Date.now()): void {
    this.#db.transaction(() => {
      const account = this.get(id);
      if (disabled) this.#keepAnAdmin(account);
      this.#db.run('update accounts set disabled_at = ? where id = ?', disabled ? (account.disabledAt ?? at) : null, id);
    });
  }

  /** @throws PenstockError `unknown-account`, `last-admin`. */
  setAdmin(id: string, admin: boolean): void {
    this.#db.transaction(() => {
      const account = this.get(id);
      if (!admin) this.#keepAnAdmin(account);
      this.#db.run('update accounts set admin = ? where id = ?', admin ? 1 : 0, id);
    });
  }

  /** Whether somebody can sign in who may make accounts. */
  hasAdmin(): boolean {
    return this.#db.get('select 1 as one from accounts where admin = 1 and disabled_at is null and (password is not null or issuer is not null)') !== undefined;
  }

  /** What an account may do in a project: null is nothing. Admins of the server are admins of all projects. */
  role(id: string, project: string): Role | null {
    const account = this.byId(id);
    if (account === null || account.disabledAt !== null) return null;
    return account.admin ? 'admin' : this.grant(id, project);
  }

  /** The role given for a project, whatever else the account is. */
  grant(id: string, project: string): Role | null {
    const row = this.#db.get('select role from grants where account = ? and project = ?', id, project);
    // A role that this version does not know is none.
    return row === undefined ? null : (z.enum(roles).nullable().catch(null).parse(row['role']));
  }

  /** Null takes the project away from the account. @throws PenstockError `unknown-account`. */
  setRole(id: string, project: string, role: Role | null): void {
    this.get(id);
    if (role === null) this.#db.run('delete from grants where account = ? and project = ?', id, project);
    else this.#db.run('insert into grants (account, project, role) values (?, ?, ?) on conflict (account, project) do update set role = excluded.role', id, project, role);
  }

  #keepAnAdmin(account: Account): void {
    if (!account.admin || account.disabledAt !== null) return;
    if (this.#db.get('select 1 as one from accounts where admin = 1 and disabled_at is null and id <> ? and (password is not null or issuer is not null)', account.id) !== undefined) return;
    throw new PenstockError('last-admin', `“${account.name}” is the only admin; nobody could manage people any more.`, { remedy: 'Make somebody else an admin first.' });
  }
}

const accountOf = (row: unknown): Account => readRow(accountRow, row, 'an account');
const one = (row: unknown): Account | null => (row === undefined ? null : accountOf(row));
