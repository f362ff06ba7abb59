import type { Command } from 'commander';
import { checkOidcSettings, oidcSecret, readOidcFile, secretFileVariable, secretVariable, type OidcSettings } from '#app/access/oidc/settings.ts';
import { PenstockError } from '#app/core/errors.ts';

/** What `penstock serve` takes about a provider of identities. The client's secret is none of it: arguments can be read by every process. */
export interface OidcOptions {
  readonly oidcFile?: string;
  readonly oidcIssuer?: string;
  readonly oidcClientId?: string;
  readonly oidcLabel?: string;
  readonly oidcNewRole?: string;
  readonly oidcDomain?: readonly string[];
  readonly oidcRoleClaim?: string;
  readonly oidcRole?: readonly string[];
  readonly oidcScope?: readonly string[];
  /** False: nobody signs in with a password. */
  readonly passwords?: boolean;
}

const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function withOidcOptions(command: Command): Command {
  return command
    .option('--oidc-file <file>', 'settings of a provider of identities (OpenID Connect) as JSON; the other --oidc options go over it')
    .option('--oidc-issuer <url>', `let people sign in with this provider; the client's secret is read from ${secretVariable}, or from the file named by ${secretFileVariable}`)
    .option('--oidc-client-id <id>', 'this server at the provider')
    .option('--oidc-label <name>', 'how the sign-in page calls the provider')
    .option('--oidc-scope <scope>', 'one more scope to ask for, as groups; may be given several times', several)
    .option('--oidc-role-claim <claim>', 'claim that decides the role at each sign-in, as groups or realm_access.roles')
    .option('--oidc-role <value=role>', 'a value of that claim and its role; may be given several times', several)
    .option('--oidc-new-role <role>', 'role of people whom nobody invited; without it they are refused')
    .option('--oidc-domain <domain>', 'with --oidc-new-role: e-mail domain they must come from, * for everybody; may be given several times', several)
    .option('--no-passwords', 'nobody signs in with a password, only with the provider');
}

/**
 * The provider that the options name, or null.
 * @throws PenstockError `oidc-settings`.
 */
export async function oidcFrom(options: OidcOptions, environment: Readonly<Record<string, string | undefined>>): Promise<{ readonly settings: OidcSettings; readonly secret: string | null } | null> {
  if (options.oidcFile === undefined && options.oidcIssuer === undefined) {
    if (options.passwords === false) throw new PenstockError('oidc-settings', 'Without passwords and without a provider nobody could sign in.', { remedy: 'Name a provider with --oidc-issuer, or leave --no-passwords out.' });
    return null;
  }
  const file = options.oidcFile === undefined ? {} : await readOidcFile(options.oidcFile);
  const roles = (options.oidcRole ?? []).map((one) => {
    const at = one.lastIndexOf('=');
    if (at <= 0) throw new PenstockError('oidc-settings', `“${one}” is not a value and its role.`, { remedy: 'Write it as in --oidc-role data-team=analyst.' });
    return [one.slice(0, at), one.slice(at + 1)] as const;
  });
  const given = {
    ...(options.oidcIssuer === undefined ? {} : { issuer: options.oidcIssuer }),
    ...(options.oidcClientId === undefined ? {} : { clientId: options.oidcClientId }),
    ...(options.oidcLabel === undefined ? {} : { label: options.oidcLabel }),
    ...(options.oidcNewRole === undefined ? {} : { newRole: options.oidcNewRole }),
    ...(options.oidcDomain === undefined ? {} : { domains: options.oidcDomain }),
    ...(options.oidcRoleClaim === undefined ? {} : { roleClaim: options.oidcRoleClaim }),
    ...(options.oidcScope === undefined ? {} : { scopes: ['openid', 'profile', 'email', ...options.oidcScope] }),
    ...(roles.length === 0 ? {} : { roles: Object.fromEntries(roles) }),
  };
  return { settings: checkOidcSettings({ ...file, ...given }), secret: await oidcSecret(environment) };
}
