import { PenstockError } from '#app/core/errors.ts';
import { roles, type Role } from '../roles.ts';
import type { OidcIdentity } from './provider.ts';
import type { OidcSettings } from './settings.ts';

/** Values of a claim as text: one, or a list. Only own properties count, so that no claim is called `constructor`. */
function claimValues(claims: Readonly<Record<string, unknown>>, claim: string): string[] {
  let found: unknown = claims;
  // Names with dots exist (`https://example.com/roles`): the very name goes before the path.
  const steps = Object.hasOwn(claims, claim) ? [claim] : claim.split('.');
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || Array.isArray(found) || !Object.hasOwn(found, step)) return [];
    found = (found as Record<string, unknown>)[step];
  }
  return (Array.isArray(found) ? found : [found]).filter((value) => typeof value === 'string');
}

/** The highest role that the provider's claim gives; null: none, or no claim decides. */
export function mappedRole(settings: OidcSettings, identity: OidcIdentity): Role | null {
  if (settings.roleClaim === null) return null;
  const given = claimValues(identity.claims, settings.roleClaim).flatMap((value) => (Object.hasOwn(settings.roles, value) ? [settings.roles[value]] : []));
  return roles.findLast((role) => given.includes(role)) ?? null;
}

/** What is known here of somebody who comes back from the provider. */
export interface KnownHere {
  /** The account that issuer and subject belong to. */
  readonly account: { readonly disabled: boolean; readonly byInvitation: boolean } | null;
  /** An invitation that is valid now. */
  readonly invited: boolean;
}

/**
 * What follows. `sign-in`: as the account of issuer and subject. `link`: the invitation's account becomes theirs. `make`: a new account.
 * `role`: to be set, because a claim decides it; null: as it is.
 */
export type Admission =
  | { readonly kind: 'sign-in'; readonly role: Role | null }
  | { readonly kind: 'link'; readonly role: Role | null }
  | { readonly kind: 'make'; readonly role: Role };

function refused(code: string, message: string, remedy: string): PenstockError {
  return new PenstockError(code, message, { remedy });
}

/**
 * Decides about somebody whom the provider has named. Accounts are found by issuer and subject only, never by an e-mail address: an
 * address can be claimed at another provider, be given to the next employee, or be unverified, and would then open a stranger's account.
 * @throws PenstockError `account-disabled`, `oidc-not-invited`, `oidc-email-unverified`, `oidc-domain`, `oidc-no-role`.
 */
export function admit(settings: OidcSettings, identity: OidcIdentity, known: KnownHere): Admission {
  const mapped = mappedRole(settings, identity);
  if (known.account !== null) {
    if (known.account.disabled) throw refused('account-disabled', 'This account is disabled.', 'Ask an admin of this server.');
    // Who lost the group at the provider loses the role here, unless somebody here invited them.
    if (settings.roleClaim !== null && mapped === null && !known.account.byInvitation && settings.newRole === null) {
      throw refused('oidc-no-role', 'Your account at the provider no longer has a role here.', 'Ask whoever looks after your groups there.');
    }
    if (settings.roleClaim !== null && mapped === null && !known.account.byInvitation) return { kind: 'sign-in', role: settings.newRole };
    return { kind: 'sign-in', role: mapped };
  }
  if (known.invited) return { kind: 'link', role: mapped };
  if (mapped !== null) return { kind: 'make', role: mapped };
  if (settings.newRole === null) throw refused('oidc-not-invited', 'There is no account for you here.', 'Ask an admin of this server for an invitation, and open it before you sign in.');
  if (settings.domains.includes('*')) return { kind: 'make', role: settings.newRole };
  if (identity.email === null || !identity.emailVerified) throw refused('oidc-email-unverified', 'The provider does not say that your e-mail address is yours.', 'Confirm the address there, or ask an admin of this server for an invitation.');
  const domain = identity.email.slice(identity.email.lastIndexOf('@') + 1).toLowerCase();
  if (!settings.domains.some((allowed) => allowed.toLowerCase() === domain)) {
    throw refused('oidc-domain', 'People from your domain are let in by invitation only.', 'Ask an admin of this server for an invitation.');
  }
  return { kind: 'make', role: settings.newRole };
}
