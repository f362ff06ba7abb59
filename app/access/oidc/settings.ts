import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { roles } from '../roles.ts';

const roleSchema = z.enum(roles);

/** Hosts that may be spoken to without TLS: nothing on the way can listen or answer in the provider's place. */
const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** A provider of identities, and what Penstock makes of the people it names. */
export const oidcSettingsSchema = z.strictObject({
  /** As the provider says it in its own metadata, exactly. */
  issuer: z.string().min(1).max(500),
  clientId: z.string().min(1).max(500),
  /** On the button of the sign-in page: “Continue with LABEL”. */
  label: z.string().trim().min(1).max(40).optional(),
  scopes: z.array(z.string().regex(/^[\x21-\x7e]+$/)).default(['openid', 'profile', 'email']),
  /** Role of people whom nobody invited; null: they are refused. */
  newRole: roleSchema.nullable().default(null),
  /** Domains of verified e-mail addresses from which uninvited people are let in; `*`: everybody whom the provider knows. */
  domains: z.array(z.string().regex(/^(\*|[a-z0-9-]+(\.[a-z0-9-]+)+)$/i)).default([]),
  /** Claim that decides the role at each sign-in; a dotted path where no claim has that very name (`realm_access.roles`). */
  roleClaim: z.string().min(1).nullable().default(null),
  /** Values of that claim and the roles that they give; the highest counts. */
  roles: z.record(z.string(), roleSchema).default({}),
  /** How far the provider's clock may be off, in seconds. */
  clockTolerance: z.int().min(0).max(300).default(30),
});
export type OidcSettings = z.infer<typeof oidcSettingsSchema>;

const remedy = 'Look at docs/guide/teams.md, “Signing in with OpenID Connect”.';

function wrong(message: string): PenstockError {
  return new PenstockError('oidc-settings', message, { remedy });
}

/**
 * Settings as they can be used.
 * @throws PenstockError `oidc-settings`: something is missing, or would let in more people than was said.
 */
export function checkOidcSettings(given: unknown): OidcSettings {
  const parsed = oidcSettingsSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`The settings of OpenID Connect are wrong at ${issue?.path.map(String).join('.') || 'their beginning'}: ${issue?.message ?? 'not readable'}.`);
  }
  const settings = parsed.data;
  const issuer = URL.parse(settings.issuer);
  if (issuer === null || (issuer.protocol !== 'https:' && issuer.protocol !== 'http:') || issuer.search !== '' || issuer.hash !== '' || issuer.username !== '') {
    throw wrong(`The issuer “${settings.issuer}” is not an address of a provider.`);
  }
  if (issuer.protocol !== 'https:' && !loopbackHosts.has(issuer.hostname)) throw wrong(`The issuer ${settings.issuer} is not https: whoever is on the way could sign in as anybody.`);
  if (!settings.scopes.includes('openid')) throw wrong('The scope “openid” is missing: without it a provider says nothing of who somebody is.');
  if (settings.newRole !== null && settings.domains.length === 0) {
    throw wrong('A role for uninvited people needs the domains of their e-mail addresses: at a public provider everybody has an account. “*” means everybody.');
  }
  if (settings.newRole === 'admin') throw wrong('Uninvited people cannot become admin by default. Map a claim to that role, or raise it on the page People.');
  if (settings.newRole === null && settings.domains.length > 0) throw wrong('Domains were named, but not the role that people from there get.');
  if ((settings.roleClaim === null) !== (Object.keys(settings.roles).length === 0)) throw wrong('A claim that decides the role and the values that give one belong together; one of them is missing.');
  return settings;
}

/** Settings of a JSON file, over which flags of the command line go. @throws PenstockError `oidc-settings`. */
export async function readOidcFile(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new PenstockError('oidc-settings', `The file ${file} with the settings of OpenID Connect cannot be read.`, { remedy: 'Check the path and who may read it.', place: { file }, cause: error });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PenstockError('oidc-settings', `The file ${file} is not JSON.`, { remedy, place: { file }, cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new PenstockError('oidc-settings', `The file ${file} does not hold an object of settings.`, { remedy, place: { file } });
  if ('clientSecret' in value) {
    throw new PenstockError('oidc-settings', `The file ${file} holds the client's secret.`, { remedy: `Take it out, make a new one at the provider, and give it in ${secretVariable}.`, place: { file } });
  }
  return { ...value };
}

/** Where the client's secret is looked for; never an argument, which every process of the machine can read. */
export const secretVariable = 'PENSTOCK_OIDC_CLIENT_SECRET';
/** The same in a file, as container platforms mount secrets. */
export const secretFileVariable = 'PENSTOCK_OIDC_CLIENT_SECRET_FILE';

/** The client's secret, or null for a public client (the code is bound by PKCE in either case). @throws PenstockError `oidc-settings`. */
export async function oidcSecret(environment: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  const direct = environment[secretVariable]?.trim();
  if (direct) return direct;
  const file = environment[secretFileVariable];
  if (!file) return null;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new PenstockError('oidc-settings', `The client's secret cannot be read from ${file}.`, { remedy: 'Check the path and who may read it.', place: { file }, cause: error });
  });
  if (text.trim() === '') throw new PenstockError('oidc-settings', `The file ${file} with the client's secret is empty.`, { remedy, place: { file } });
  return text.trim();
}
