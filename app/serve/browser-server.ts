import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { RPCHandler } from '@orpc/server/ws';
import type { Router } from '@orpc/server';
import { WebSocketServer } from 'ws';
import { localContext, type CallContext } from '#app/access/caller.ts';
import { PenstockError } from '#app/core/errors.ts';
import { contentSecurityPolicy } from '#app/core/web-files.ts';
import { PageFiles } from './page-files.ts';

export interface BrowserServerOptions {
  /** Folder of the built page (dist/renderer). */
  readonly rendererDir: string;
  /** The engine's router (app/engine). */
  // The library's own "any router" type; every procedure is checked by the contract inside.
  readonly router: Router<Record<never, never>, CallContext>;
  /** 0: any free port. */
  readonly port: number;
  /** Fixed token for tests; otherwise 32 random bytes, new at each start. */
  readonly token?: string;
}

export interface BrowserServer {
  /** Address with the one-time token; opening it signs the browser in. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const cookieName = 'penstock_session';
/** Largest message a browser may send: uploads come through the same socket. */
const maxMessageBytes = 512 * 1024 * 1024;

function securityHeaders(port: number, nonce: string | null): Record<string, string> {
  return {
    // Safari does not read 'self' as covering WebSockets, hence the explicit addresses.
    'content-security-policy': contentSecurityPolicy([`ws://127.0.0.1:${port}`, `ws://localhost:${port}`], nonce),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}

function equalSecrets(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function cookieOf(request: IncomingMessage): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === cookieName && value !== undefined) return value;
  }
  return null;
}

/** Only the loopback names with our own port: a page elsewhere cannot reach us by rebinding its DNS name. */
function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

function isOwnOrigin(origin: string | undefined, port: number): boolean {
  return origin === `http://127.0.0.1:${port}` || origin === `http://localhost:${port}`;
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  response.end(`${text}\n`);
}

/**
 * The app in a browser: serves the built page and the engine protocol on loopback only. Host, Origin and the session are checked
 * before anything is routed, on the WebSocket upgrade too.
 * @throws PenstockError `port-taken` when the port is in use; `not-built` when the page was never built.
 */
export async function startBrowserServer(options: BrowserServerOptions): Promise<BrowserServer> {
  const token = options.token ?? randomBytes(32).toString('base64url');
  const session = randomBytes(32).toString('base64url');
  const files = await PageFiles.open(options.rendererDir);
  let port = options.port;

  const isSignedIn = (request: IncomingMessage): boolean => {
    const cookie = cookieOf(request);
    return cookie !== null && equalSecrets(cookie, session);
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOwnHost(request.headers.host, port)) return plain(response, 421, 'This address is not served here.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(response, 405, 'Only GET is answered here.');
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
    const given = url.searchParams.get('token');
    if (given !== null && equalSecrets(given, token)) {
      response.writeHead(303, {
        location: '/',
        'set-cookie': `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`,
        'cache-control': 'no-store',
      });
      response.end();
      return;
    }
    if (!isSignedIn(request)) return plain(response, 401, 'Open the address that “penstock serve” printed: it signs this browser in.');
    const file = await files.read(url.pathname);
    if (file === null) return plain(response, 404, 'Not found.');
    response.writeHead(200, { ...securityHeaders(port, file.nonce), 'content-type': file.type, 'cache-control': file.cache });
    response.end(request.method === 'HEAD' ? undefined : file.body);
  }

  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) plain(response, 400, 'The request could not be read.');
      else response.destroy();
    });
  });

  const handler = new RPCHandler(options.router);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  server.on('upgrade', (request, socket, head) => {
    const refuse = (status: string): void => {
      socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
      socket.destroy();
    };
    if (!isOwnHost(request.headers.host, port)) return refuse('421 Misdirected Request');
    if (!isOwnOrigin(request.headers.origin, port)) return refuse('403 Forbidden');
    if (!isSignedIn(request)) return refuse('401 Unauthorized');
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/rpc') return refuse('404 Not Found');
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // A message that is too large, or no frame at all: the library closes the connection; unheard, the error would end the process.
      webSocket.on('error', () => undefined);
      void handler.upgrade(webSocket, { context: localContext });
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new PenstockError('port-taken', `Port ${options.port} is already in use.`, {
              remedy: 'Choose another with --port, or --port 0 for any free one.',
            })
          : error,
      );
    });
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address === 'object' && address !== null) port = address.port;

  return {
    url: `http://127.0.0.1:${port}/?token=${token}`,
    port,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
