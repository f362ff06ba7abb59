import { createHash } from 'node:crypto';
import { PenstockError } from '#app/core/errors.ts';
import type { Access, From, SignedIn } from '../access.ts';
import { checkedName } from '../accounts.ts';
import { admit } from './admission.ts';
import { nextPage } from './next-page.ts';
import { PendingSignIns } from './pending.ts';
import type { OidcIdentity, OidcProvider } from './provider.ts';

/** Accounts that were made at somebody's first sign-in, not by an invitation: their role is the provider's to give and to take. */
const madeBy = (issuer: string): string => `oidc ${issuer}`;

/** Signing in with a provider: who comes back gets a session, an account, or a sentence that says why not. */
export class OidcSignIn {
  readonly provider: OidcProvider;
  readonly #access: Access;
  readonly #pending: PendingSignIns;

  constructor(access: Access, provider: OidcProvider, now: () => number = Date.now) {
    this.#access = access;
    this.provider = provider;
    this.#pending = new PendingSignIns(now);
  }

  /**
   * Begins. `id` is for a cookie of the browser that began (`SameSite=Lax`: it must come along when the provider sends the browser back).
   * @param about.next page to go on to; only a path of this server is kept.
   * @param about.invitation secret of an invitation that is answered by signing in.
   * @throws PenstockError `oidc-unreachable`, `oidc-answer`.
   */
  async begin(about: { readonly next: string | null; readonly invitation: string | null; readonly anew?: boolean }): Promise<{ readonly location: string; readonly id: string }> {
    const { url, pending } = await this.provider.begin(nextPage(about.next), about.invitation, about.anew);
    return { location: url.href, id: this.#pending.add(pending) };
  }

  /**
   * Ends what `begin` began, once: whatever comes of it, the same answer is not taken again.
   * @param search the query of the address that the provider sent the browser to.
   * @throws PenstockError `oidc-state` where this browser began nothing; those of the provider and of the admission.
   */
  async finish(id: string | null, search: string, from: From): Promise<{ readonly signedIn: SignedIn; readonly next: string }> {
    const pending = this.#pending.take(id);
    if (pending === null) throw new PenstockError('oidc-state', 'This sign-in was not begun in this browser, or too long ago.', { remedy: 'Begin again.' });
    let identity: OidcIdentity | null = null;
    try {
      identity = await this.provider.finish(search, pending);
      const account = await this.#account(identity, pending.invitation);
      return { signedIn: this.#access.begin(account, from, 'oidc'), next: pending.next };
    } catch (error) {
      const code = error instanceof PenstockError ? error.code : 'unexpected';
      this.#access.audit({ actor: 'server', action: 'access.sign-in-refused', subject: identity === null ? 'oidc' : `oidc:${digest(identity)}`, details: { reason: code, issuer: this.provider.settings.issuer, address: from.address } });
      throw error;
    }
  }

  /** Id of the account that an identity signs in as. */
  async #account(identity: OidcIdentity, code: string | null): Promise<string> {
    const { accounts, invitations, project } = this.#access;
    const { issuer, subject } = identity;
    const known = accounts.byIdentity(issuer, subject);
    const found = code === null ? null : invitations.bySecret(code);
    // The first link makes the first admin, and nobody else.
    const isGood = found !== null && (found.account === null ? !accounts.hasAdmin() : accounts.get(found.account).disabledAt === null);
    const admission = admit(this.provider.settings, identity, {
      account: known === null ? null : { disabled: known.disabledAt !== null, byInvitation: known.createdBy !== madeBy(issuer) },
      invited: isGood,
    });
    if (admission.kind === 'sign-in' && known !== null) {
      this.#setRole(known.id, known.name, admission.role);
      return known.id;
    }
    if (admission.kind === 'link' && code !== null) {
      const taken = invitations.take(code);
      if (taken === null) throw new PenstockError('invitation-invalid', 'This link is not good any more: it was used, withdrawn, or is older than a day.', { remedy: 'Ask an admin for a new one.' });
      const account = taken.account === null ? await this.#make(identity, 'first start', true) : taken.account;
      if (taken.account !== null) {
        accounts.link(account, issuer, subject);
        // Whoever had the account before has it no longer.
        accounts.clearPassword(account);
        this.#access.endSessions(account);
        this.#access.audit({ actor: `account:${accounts.get(account).name}`, action: 'access.linked', subject: `account:${accounts.get(account).name}`, details: { issuer, subject } });
      }
      this.#setRole(account, accounts.get(account).name, admission.role);
      return account;
    }
    const account = await this.#make(identity, madeBy(issuer), false);
    accounts.setRole(account, project, admission.role);
    this.#access.audit({ actor: 'server', action: 'access.account-made', subject: `account:${accounts.get(account).name}`, details: { issuer, subject, role: admission.role } });
    return account;
  }

  #setRole(account: string, name: string, role: ReturnType<typeof admit>['role']): void {
    const { accounts, project } = this.#access;
    if (role === null || accounts.grant(account, project) === role) return;
    accounts.setRole(account, project, role);
    this.#access.changed();
    this.#access.audit({ actor: 'server', action: 'access.role', subject: `account:${name}`, details: { role, because: this.provider.settings.roleClaim } });
  }

  /** A new account under the name that the provider prefers, or one near it: a name that somebody has is never theirs by that. */
  async #make(identity: OidcIdentity, createdBy: string, admin: boolean): Promise<string> {
    const { accounts } = this.#access;
    const name = nameFor(identity);
    for (let turn = 1; ; turn += 1) {
      const candidate = turn === 1 ? name : `${name.slice(0, 70)}-${turn}`;
      if (accounts.byName(candidate) !== null) continue;
      return (await accounts.create({ name: candidate, admin, identity: { issuer: identity.issuer, subject: identity.subject }, createdBy })).id;
    }
  }
}

const digest = ({ issuer, subject }: OidcIdentity): string => createHash('sha256').update(`${issuer}\n${subject}`).digest('hex').slice(0, 16);

/** A name as accounts may have them. */
function nameFor(identity: OidcIdentity): string {
  const wished = (identity.preferredName ?? '').trim().replaceAll(/\s+/g, '.').replaceAll(/[^\p{L}\p{M}\p{N}._@+-]/gu, '').replace(/^[^\p{L}\p{N}]+/u, '').slice(0, 80);
  try {
    return checkedName(wished);
  } catch {
    return `person-${digest(identity).slice(0, 8)}`;
  }
}
