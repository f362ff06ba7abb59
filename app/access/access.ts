import { PenstockError } from '#app/core/errors.ts';
import type { StoreDatabase } from '#app/store/database.ts';
import { foldName, Accounts, type Account } from './accounts.ts';
import { ApiTokens } from './api-tokens.ts';
import type { Caller } from './caller.ts';
import { openAccessDatabase } from './database.ts';
import { Invitations } from './invitations.ts';
import { Lockout } from './lockout.ts';
import { assertPassword } from './passwords.ts';
import { permissionsOf, permissionsOfToken } from './roles.ts';
import { Sessions, plainText, type Session } from './sessions.ts';

export interface AccessEvent {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface AccessOptions {
  /** Id of the project that is served: grants are per project. */
  readonly project: string;
  readonly now?: () => number;
  /** Hears what belongs in the audit log. */
  readonly audit?: (event: AccessEvent) => void;
}

/** Where somebody asks from. */
export interface From {
  readonly address: string;
  readonly agent: string;
}

export interface SignedIn {
  readonly account: Account;
  readonly session: Session;
  /** For the session's cookie. */
  readonly secret: string;
  /** For the cookie by which the browser is known again (`Lockout`). */
  readonly device: string;
}

/** Everything about who somebody is and what they may do, for one project that is served. */
export class Access {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly tokens: ApiTokens;
  readonly invitations: Invitations;
  readonly lockout: Lockout;
  readonly project: string;
  readonly #db: StoreDatabase;
  readonly #options: AccessOptions;
  readonly #listeners = new Set<() => void>();

  constructor(database: StoreDatabase, options: AccessOptions) {
    this.#db = database;
    this.#options = options;
    this.project = options.project;
    const { now = Date.now } = options;
    this.accounts = new Accounts(database);
    this.sessions = new Sessions(database, now);
    this.tokens = new ApiTokens(database, now);
    this.invitations = new Invitations(database, now);
    this.lockout = new Lockout(database, now);
  }

  static open(file: string, options: AccessOptions): Access {
    return new Access(openAccessDatabase(file), options);
  }

  /** Writes to the audit log. */
  audit(event: AccessEvent): void {
    this.#options.audit?.(event);
  }

  /**
   * A session for a name and password.
   * @throws PenstockError `sign-in-failed`: the same sentence whatever was wrong; `locked-out` with `retryAfterMs` in its cause.
   */
  async signIn(given: { readonly name: string; readonly password: string; readonly device: string | null }, from: From): Promise<SignedIn> {
    const attempt = { name: foldName(given.name), address: from.address, device: given.device, account: this.accounts.byName(given.name)?.id ?? null };
    const wait = this.lockout.wait(attempt);
    if (wait > 0) throw lockedOut(wait);
    if (this.lockout.began(attempt)) this.audit({ actor: 'server', action: 'access.locked-out', subject: `account:${plainText(given.name, 80)}`, details: { address: plainText(from.address, 64) } });
    const account = await this.accounts.verify(given.name, given.password);
    if (account === null) throw new PenstockError('sign-in-failed', 'The name or the password is wrong.', { remedy: 'Try again, or ask an admin for a new link.' });
    this.lockout.succeeded(attempt);
    return this.begin(account.id, from, 'password');
  }

  /**
   * A new session for an account that has shown who it is, by whatever means (`how` goes into the audit log: password, invitation, oidc).
   * @throws PenstockError `sign-in-failed` for a disabled account.
   */
  begin(accountId: string, from: From, how: string): SignedIn {
    const account = this.accounts.get(accountId);
    if (account.disabledAt !== null) throw new PenstockError('sign-in-failed', 'This account has been disabled.', { remedy: 'Ask an admin.' });
    const { secret, session } = this.sessions.begin(account.id, from);
    const device = this.lockout.know(account.id);
    this.accounts.signedIn(account.id, session.createdAt);
    this.audit({ actor: `account:${account.name}`, action: 'access.signed-in', subject: `account:${account.name}`, details: { how, address: session.address, agent: session.agent } });
    return { account, session, secret, device };
  }

  /**
   * Uses an invitation up: the account gets its password and is signed in. `name` counts for the first admin only.
   * @throws PenstockError `invitation-invalid`, `password-weak`, `account-name`, `account-exists`; the link stays good where the password or name was refused.
   */
  async accept(secret: string, given: { readonly name: string; readonly password: string }, from: From): Promise<SignedIn> {
    const invitation = this.invitations.bySecret(secret);
    if (invitation === null) throw invalidInvitation();
    const invited = invitation.account === null ? null : this.accounts.get(invitation.account);
    assertPassword(given.password, invited?.name ?? given.name);
    if (invited === null) {
      if (this.accounts.hasAdmin()) throw invalidInvitation();
      const account = await this.accounts.create({ name: given.name, password: given.password, admin: true, createdBy: 'first start' });
      // Of two that open the first link at the same time one becomes the admin.
      if (this.invitations.take(secret) === null) {
        this.accounts.setDisabled(account.id, true);
        throw invalidInvitation();
      }
      this.audit({ actor: `account:${account.name}`, action: 'access.first-admin', subject: `account:${account.name}` });
      return this.begin(account.id, from, 'invitation');
    }
    if (invited.disabledAt !== null || this.invitations.take(secret) === null) throw invalidInvitation();
    await this.accounts.setPassword(invited.id, given.password);
    // Whoever had the account before has it no longer.
    this.endSessions(invited.id);
    this.lockout.forgetDevices(invited.id);
    return this.begin(invited.id, from, 'invitation');
  }

  /** Who a session or token stands for, as things are now; null once it has ended or its account may do nothing here. Its use is noted. */
  callerOf(via: { readonly kind: 'session' | 'token'; readonly id: string }): Caller | null {
    return this.#caller(via, true);
  }

  /** The same without being a use: looking at it does not keep a session alive. */
  look(via: { readonly kind: 'session' | 'token'; readonly id: string }): Caller | null {
    return this.#caller(via, false);
  }

  /** @throws PenstockError `unknown-session`: there is none, or it is of another account. */
  endSession(id: string, accountId: string): void {
    this.sessions.end(id, accountId);
    this.changed();
  }

  /** Password, sessions, tokens and known browsers of an account are gone at once. */
  resetAccount(accountId: string): void {
    this.accounts.clearPassword(accountId);
    this.tokens.revokeAll(accountId);
    this.lockout.forgetDevices(accountId);
    this.endSessions(accountId);
  }

  endSessions(accountId: string, but: string | null = null): void {
    this.sessions.endAll(accountId, but);
    this.changed();
  }

  #caller(via: { readonly kind: 'session' | 'token'; readonly id: string }, used: boolean): Caller | null {
    const found = via.kind === 'session' ? this.sessions.byId(via.id, used) : this.tokens.byId(via.id, used);
    if (found === null) return null;
    const account = this.accounts.byId(found.account);
    if (account === null) return null;
    const role = this.accounts.role(account.id, this.project);
    if (role === null) return null;
    const permissions = 'scopes' in found ? permissionsOfToken(role, found.scopes) : permissionsOf(role);
    return { kind: 'account', accountId: account.id, name: account.name, role, permissions, via, actor: `account:${account.name}` };
  }

  /** Whoever listens looks anew at who may stay. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Heard after every change of this process; those of others are found by `version`. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Another number as soon as another process (`penstock user …`) has changed the accounts. */
  get version(): number {
    return this.#db.dataVersion;
  }

  close(): void {
    this.#db.close();
  }
}

/** Time until a name or address may try again, in the error's place. */
export function lockedOut(waitMs: number): PenstockError {
  const seconds = Math.ceil(waitMs / 1000);
  return new PenstockError('locked-out', `There were too many tries. Try again in ${seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`}.`, { remedy: 'An admin can reset the password on the server: penstock user reset NAME.', cause: { retryAfter: seconds } });
}

const invalidInvitation = (): PenstockError => new PenstockError('invitation-invalid', 'This link is not good any more: it was used, withdrawn, or is older than a day.', { remedy: 'Ask an admin for a new one.' });
