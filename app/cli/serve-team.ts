import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { setOutgoingPolicy } from '#app/core/outgoing.ts';
import { Access } from '#app/access/access.ts';
import { accountsFile } from '#app/access/database.ts';
import { appPlaces, createEngine, createRouter, seedSamples, userConfigDir } from '#app/engine/index.ts';
import { OidcProvider } from '#app/access/oidc/provider.ts';
import { OidcSignIn } from '#app/access/oidc/sign-in.ts';
import { oidcEndPath, oidcRoutes, oidcStartPath } from '#app/serve/team/oidc-routes.ts';
import { CertificateFiles } from '#app/core/certificate-files.ts';
import { checkTeamReach, startTeamServer, type TeamServer } from '#app/serve/team/team-server.ts';
import { sayRestricted, trustOf } from './trust.ts';
import { oidcFrom, type OidcOptions } from './oidc-options.ts';
import { exitCodes, withoutCommands, type Terminal } from './terminal.ts';

export interface TeamOptions extends OidcOptions {
  readonly host?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly behindProxy?: string[];
  readonly publicName?: string[];
  readonly allow?: string[];
  readonly accounts?: string;
  readonly data?: string[];
  readonly allowScripts?: boolean;
}

/** Whether a server is for more than the person at this machine. */
export const isTeam = ({ host, tlsCert, tlsKey, behindProxy, publicName, allow, accounts, oidcIssuer, oidcFile }: TeamOptions): boolean =>
  (host !== undefined && !['127.0.0.1', 'localhost', '::1'].includes(host)) || [tlsCert, tlsKey, behindProxy, publicName, allow, accounts, oidcIssuer, oidcFile].some((one) => one !== undefined);

export const accountsAt = (file: string | undefined): string => (file === undefined ? path.join(userConfigDir(), accountsFile) : path.resolve(file));

/** `penstock serve --host …`: the app for a team, until interrupted. */
export async function serveTeam(options: TeamOptions & { readonly projectDir: string; readonly port: number; readonly samples?: boolean; readonly trustOnce?: boolean; readonly ended: Promise<unknown> }, terminal: Terminal): Promise<number> {
  // People who are not at this machine name addresses: what listens on it is not theirs.
  setOutgoingPolicy({ team: true });
  const { projectDir, host = '127.0.0.1', data = [], allowScripts = false } = options;
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) throw new PenstockError('server-open', 'A certificate needs its key, and a key its certificate.', { remedy: 'Give --tls-cert and --tls-key together.' });
  const log = (message: string): void => terminal.error(`${withoutCommands(message)}\n`);
  const certificate = options.tlsCert === undefined || options.tlsKey === undefined ? null : await CertificateFiles.open({ cert: options.tlsCert, key: options.tlsKey }, log);
  const tls = certificate?.current ?? null;
  // Before the project is opened: what will not be served need not be touched.
  const reach = { host, tls, proxies: options.behindProxy ?? [], publicNames: options.publicName ?? [], allow: options.allow ?? [] };
  checkTeamReach(reach);
  const oidc = await oidcFrom(options, process.env);
  const places = appPlaces();
  const engine = await createEngine({ projectDir, ...places, ...trustOf(options), background: true, team: { folders: data, scripts: allowScripts }, warn: (message) => terminal.error(`${message}\n`) });
  let access: Access | null = null;
  let server: TeamServer | null = null;
  let unfollow: (() => void) | undefined;
  try {
    if (options.samples === true && !engine.readOnly) await seedSamples(projectDir, places.resourcesDir);
    access = Access.open(accountsAt(options.accounts), { project: engine.projectId(), audit: (event) => engine.audit(event) });
    // The redirect address holds the port, which is known once the server listens.
    const provider = oidc === null ? null : new OidcProvider(oidc.settings, oidc.secret, () => server?.url ?? '');
    const button = provider === null ? null : { label: provider.label, href: oidcStartPath };
    server = await startTeamServer({
      ...reach,
      rendererDir: places.rendererDir,
      router: createRouter(engine, access),
      access,
      port: options.port,
      log,
      ...(provider === null ? {} : { routes: oidcRoutes(new OidcSignIn(access, provider), log), provider: button, endElsewhere: { label: provider.label, href: oidcEndPath }, passwords: options.passwords ?? true }),
    });
    const { renew } = server;
    unfollow = certificate?.follow(renew);
    terminal.out(`${server.url}\n`);
    if (!access.accounts.hasAdmin()) {
      const { secret } = access.invitations.create(null, 'first start');
      terminal.out(`${server.url}/invite?code=${secret}\n`);
      terminal.error('There is no admin yet: the second address makes the first one. It is good once, for 24 hours; keep it to yourself.\n');
    }
    terminal.error(`Penstock serves ${projectDir} for a team; end with Ctrl+C.${allowScripts ? ' Scripts run: whoever is an analyst can do whatever this process may.' : ''}${engine.readOnly ? ' Another process has the project open: reading only.' : ''}\n`);
    if (provider !== null) await sayProvider(provider, terminal);
    sayRestricted(engine, terminal);
    await options.ended;
  } finally {
    unfollow?.();
    await server?.close();
    access?.close();
    await engine.close();
  }
  return exitCodes.ok;
}

/** Where to register this server, and whether the provider is there: said at start, not at the first sign-in. */
async function sayProvider(provider: OidcProvider, terminal: Terminal): Promise<void> {
  terminal.error(`People sign in with ${withoutCommands(provider.label)}; its redirect URI is ${provider.redirectUri}.\n`);
  await provider.begin('/', null).catch((error: unknown) => terminal.error(`${withoutCommands(error instanceof Error ? error.message : String(error))}\n`));
}
