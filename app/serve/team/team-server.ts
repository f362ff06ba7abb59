import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Router } from '@orpc/server';
import type { Access } from '#app/access/access.ts';
import type { CallContext } from '#app/access/caller.ts';
import { goOnPage, noRolePage, pagePolicy, type ProviderButton } from '#app/access/pages/pages.ts';
import { pageLanguage } from '#app/access/pages/words.ts';
import { PenstockError } from '#app/core/errors.ts';
import { contentSecurityPolicy } from '#app/core/web-files.ts';
import { renewCertificate, secureServer, type Certificate } from '#app/core/certificate-files.ts';
import { PageFiles } from '../page-files.ts';
import { loopback } from '../bundle-server/requests.ts';
import { Reach } from './reach.ts';
import { cookiesOf, html, readForm, redirect, send, sessionCookie, text, type Reply, type TeamRequest, type TeamRoute } from './replies.ts';
import { teamRoutes } from './routes.ts';
import { TeamSockets } from './sockets.ts';

export interface TeamServerOptions {
  /** Folder of the built page (dist/renderer). */
  readonly rendererDir: string;
  readonly router: Router<Record<never, never>, CallContext>;
  readonly access: Access;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM. Null only behind a proxy. */
  readonly tls: { readonly cert: Uint8Array; readonly key: Uint8Array } | null;
  /** Addresses of the reverse proxy that does TLS; nobody else is answered then. */
  readonly proxies?: readonly string[];
  /** What people type into the address bar; default: `host`, where it is one address. */
  readonly publicNames?: readonly string[];
  /** Addresses and networks that are answered; default: all. */
  readonly allow?: readonly string[];
  /** Further routes: OpenID Connect. */
  readonly routes?: readonly TeamRoute[];
  readonly provider?: ProviderButton | null;
  readonly endElsewhere?: ProviderButton | null;
  /** False: only by the provider. */
  readonly passwords?: boolean;
  /** Hears one line at a time, fit for a terminal. */
  readonly log?: (message: string) => void;
  /** Times in ms that a client has for a request's headers, and for all of it. */
  readonly slow?: { readonly headersMs: number; readonly requestMs: number };
}

export interface TeamServer {
  /** Address people open. */
  readonly url: string;
  readonly port: number;
  /** Every route, for tests that go over all of them. */
  readonly routes: readonly Pick<TeamRoute, 'method' | 'path' | 'for'>[];
  /** Another certificate for connections from now on; open ones stay. Nothing happens behind a proxy. */
  renew(certificate: Certificate): void;
  close(): Promise<void>;
}

const connectionsAtMost = 2000;
const connectionsPerAddress = 200;

/**
 * @throws PenstockError `server-open`: what can be reached from other machines needs TLS of its own or of a named proxy; `public-name`.
 */
export function checkTeamReach(options: Pick<TeamServerOptions, 'host' | 'tls' | 'proxies' | 'publicNames'>): void {
  const proxied = (options.proxies?.length ?? 0) > 0;
  if (options.tls === null && !proxied) {
    throw new PenstockError('server-open', `Passwords and sessions go over ${loopback.has(options.host) ? 'this server' : `the network at ${options.host}`}; that needs TLS.`, { remedy: 'Give --tls-cert with --tls-key, or --behind-proxy with the address of the reverse proxy that does TLS.' });
  }
  if ((options.publicNames?.length ?? 0) === 0 && (proxied || ['0.0.0.0', '::'].includes(options.host))) {
    throw new PenstockError('public-name', 'It is not known under which name people reach this server, so it cannot tell its own pages from others.', { remedy: 'Give --public-name, as in penstock.example.org.' });
  }
}

/**
 * The app for a team, in browsers of other machines: accounts, roles, sessions. Address, Host and origin are checked before anything is
 * routed, on the WebSocket upgrade too.
 * @throws PenstockError `port-taken`, `not-built`, `tls-invalid`, those of `checkTeamReach` and `Reach`.
 */
export async function startTeamServer(options: TeamServerOptions): Promise<TeamServer> {
  checkTeamReach(options);
  const { access, tls, log = () => undefined, slow = { headersMs: 15_000, requestMs: 60_000 } } = options;
  const files = await PageFiles.open(options.rendererDir);
  const ownName = options.host.includes(':') ? `[${options.host}]` : options.host;
  const reach = new Reach({ allow: options.allow ?? [], proxies: options.proxies ?? [], names: options.publicNames?.length ? options.publicNames : [ownName] });
  const routes: readonly TeamRoute[] = [
    ...teamRoutes({ access, provider: options.provider ?? null, endElsewhere: options.endElsewhere ?? null, passwords: options.passwords ?? true, log }),
    ...(options.routes ?? []),
  ];
  const sockets = new TeamSockets({ router: options.router, access, reach });

  const common = {
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'cache-control': 'no-store',
    'content-security-policy': pagePolicy,
    // With `no-referrer` a form’s Origin would be “null”, and the form could not be told from another site’s.
    'referrer-policy': 'same-origin',
  };

  /** Why a request is not even looked at; null: it is. */
  function turnedAway(request: IncomingMessage): Reply | null {
    if (!reach.isFromProxy(request) || !reach.allows(reach.clientOf(request))) return text(403, 'This server does not answer you.');
    if (!reach.isSecure(request)) return text(403, 'This server is reached by https:// only.');
    if (!reach.isOwnHost(request)) return text(421, 'This address is not served here.');
    return null;
  }

  async function answer(request: IncomingMessage): Promise<Reply> {
    const away = turnedAway(request);
    if (away !== null) return away;
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (method !== 'GET' && method !== 'POST') return text(405, 'Only GET and POST are answered here.', { allow: 'GET, HEAD, POST' });
    if (method === 'POST' && !reach.isSameOrigin(request)) return text(403, 'This request comes from another site.');
    // Always a path of this server, also where a whole address was asked for.
    const url = URL.parse(`${reach.origin}${(request.url ?? '/').startsWith('/') ? (request.url ?? '/') : '/'}`);
    if (url === null) return text(400, 'The request could not be read.');
    const cookies = cookiesOf(request);
    const same = routes.filter((one) => one.path === url.pathname);
    const route = same.find((one) => one.method === method);
    if (route !== undefined) {
      if (route.for === 'session' && access.sessions.bySecret(cookies.get(sessionCookie) ?? '') === null) return text(401, 'Sign in first.');
      const form = method === 'POST' ? await readForm(request) : new Map<string, string>();
      const seen: TeamRequest = { raw: request, url, address: reach.clientOf(request), agent: request.headers['user-agent'] ?? '', cookies, form };
      return route.handle(seen);
    }
    if (same.length > 0 || method === 'POST') return text(405, 'That is not answered here.', { allow: same.map((one) => one.method).join(', ') });
    return page(request, url, cookies);
  }

  /** The app itself: for whoever is signed in and has a role in this project. */
  async function page(request: IncomingMessage, url: URL, cookies: ReadonlyMap<string, string>): Promise<Reply> {
    const language = pageLanguage(request.headers['accept-language']);
    const session = access.sessions.bySecret(cookies.get(sessionCookie) ?? '');
    if (session === null) {
      if (url.pathname !== '/') return text(401, 'Sign in first.');
      // A link in a mail: the browser keeps a Strict cookie to itself until a page of this server leads on.
      if (request.headers['sec-fetch-site'] === 'cross-site' && request.headers['sec-fetch-mode'] === 'navigate') return html(200, goOnPage(language, '/'));
      return redirect('/signin');
    }
    if (access.callerOf({ kind: 'session', id: session.id }) === null) {
      if (url.pathname !== '/') return text(403, 'You have no role in this project.');
      return html(403, noRolePage(language, access.accounts.byId(session.account)?.name ?? '', session.csrf));
    }
    const file = await files.read(url.pathname);
    if (file === null) return text(404, 'Not found.');
    return { status: 200, type: file.type, body: file.body, headers: { 'cache-control': file.cache, 'content-security-policy': contentSecurityPolicy(reach.sockets, file.nonce), 'referrer-policy': 'no-referrer' } };
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request).then(
      (reply) => send(request, response, common, reply),
      (error: unknown) => {
        const large = error instanceof PenstockError && error.code === 'form-large';
        const broken = large || (error instanceof PenstockError && error.code.startsWith('form-')) || error instanceof URIError;
        // No stack and no words of the inside leave; what was not foreseen is for whoever runs the server.
        if (!broken) log(`A request could not be answered: ${error instanceof Error ? error.message.replaceAll(/\p{Cc}/gu, ' ') : 'unknown'}`);
        send(request, response, { ...common, connection: 'close' }, text(large ? 413 : broken ? 400 : 500, large ? 'The request is too large.' : broken ? 'The request could not be read.' : 'Something went wrong on the server.'));
      },
    );
  };
  const limits = { headersTimeout: slow.headersMs, requestTimeout: slow.requestMs, connectionsCheckingInterval: Math.min(1000, slow.headersMs), keepAliveTimeout: 5000, maxHeaderSize: 16 * 1024 };
  const server: Server = tls === null ? createServer(limits, listener) : secureServer(tls, { ...limits, handshakeTimeout: 10_000 }, listener);
  server.maxConnections = connectionsAtMost;
  limitPerAddress(server, options.proxies?.length ? connectionsAtMost : connectionsPerAddress);

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const away = turnedAway(request);
    const path = (request.url ?? '/').split('?')[0];
    if (away === null && path === '/rpc') return sockets.upgrade(request, socket, head);
    socket.end(`HTTP/1.1 ${away === null ? '404 Not Found' : away.status === 421 ? '421 Misdirected Request' : '403 Forbidden'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' ? new PenstockError('port-taken', `Port ${options.port} is already in use.`, { remedy: 'Choose another with --port, or --port 0 for any free one.' }) : null;
      reject(taken ?? new PenstockError('host-invalid', `The server cannot listen at ${options.host}: ${error.code ?? error.message}.`, { remedy: 'Name an address of this machine with --host.' }));
    });
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  reach.listening(port);

  return {
    url: reach.origin,
    port,
    routes,
    renew: (certificate) => renewCertificate(server, certificate),
    close: async () => {
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** One address must not hold all the connections there are. */
function limitPerAddress(server: Server, most: number): void {
  const held = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const now = (held.get(address) ?? 0) + 1;
    held.set(address, now);
    socket.once('close', () => {
      const left = (held.get(address) ?? 1) - 1;
      if (left <= 0) held.delete(address);
      else held.set(address, left);
    });
    if (now > most) socket.destroy();
  });
}
