import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import type { Router } from '@orpc/server';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Access } from '#app/access/access.ts';
import type { Caller, CallContext } from '#app/access/caller.ts';
import { PenstockError } from '#app/core/errors.ts';
import { cookiesOf, sessionCookie } from './replies.ts';
import type { Reach } from './reach.ts';

/** Close codes of our own; the page reads them. */
export const closeCodes = { sessionEnded: 4401, roleChanged: 4403 } as const;

/** Largest message: uploads of whoever may edit come through the socket; others only ask. */
const maxBytes = { edit: 512 * 1024 * 1024, read: 4 * 1024 * 1024 } as const;
const socketsPerAccount = 50;

type Via = NonNullable<Caller['via']>;
interface Open {
  readonly via: Via;
  readonly accountId: string;
  /** What the caller could do when the socket was opened. */
  readonly could: string;
}

const describe = (caller: Caller): string => [caller.role, ...caller.permissions].join(' ');

export interface SocketOptions {
  readonly router: Router<Record<never, never>, CallContext>;
  readonly access: Access;
  readonly reach: Reach;
}

/** The sockets of signed-in people and of programs with tokens. Each ends with its session, and when its account may do something else. */
export class TeamSockets {
  readonly #options: SocketOptions;
  readonly #handler: RPCHandler<CallContext>;
  readonly #editors = new WebSocketServer({ noServer: true, maxPayload: maxBytes.edit });
  readonly #readers = new WebSocketServer({ noServer: true, maxPayload: maxBytes.read });
  readonly #open = new Map<WebSocket, Open>();
  readonly #stop: () => void;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#handler = new RPCHandler(options.router);
    const unlisten = options.access.onChange(() => this.#sweep());
    // Ends of time, and changes of another process (`penstock user …`).
    const timer = setInterval(() => this.#sweep(), 1000);
    timer.unref();
    this.#stop = () => {
      unlisten();
      clearInterval(timer);
    };
  }

  /** Host, address and path have been looked at. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refuse = (status: string): void => {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    };
    const via = this.#identify(request);
    if (via === 'foreign') return refuse('403 Forbidden');
    const caller = via === null ? null : this.#options.access.callerOf(via);
    if (via === null || caller === null || caller.accountId === null) return refuse('401 Unauthorized');
    const { accountId } = caller;
    if ([...this.#open.values()].filter((one) => one.accountId === accountId).length >= socketsPerAccount) return refuse('429 Too Many Requests');
    const server = caller.permissions.has('edit') ? this.#editors : this.#readers;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#open.set(webSocket, { via, accountId, could: describe(caller) });
      webSocket.on('close', () => this.#open.delete(webSocket));
      // A message that is too large, or no frame at all: the library closes, nothing more is to be done.
      webSocket.on('error', () => undefined);
      void this.#handler.upgrade(webSocket, { context: { caller: () => this.#callerOf(via) } });
    });
  }

  close(): void {
    this.#stop();
    for (const client of this.#open.keys()) client.terminate();
    this.#editors.close();
    this.#readers.close();
  }

  /** A session comes with our own page as its origin; a token with none, or with ours. */
  #identify(request: IncomingMessage): Via | 'foreign' | null {
    const { access, reach } = this.#options;
    const bearer = /^Bearer\s+(\S{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (request.headers.authorization !== undefined) {
      if (request.headers.origin !== undefined && !reach.isSameOrigin(request)) return 'foreign';
      const token = bearer === undefined ? null : access.tokens.bySecret(bearer);
      return token === null ? null : { kind: 'token', id: token.id };
    }
    if (request.headers.origin === undefined || !reach.isSameOrigin(request)) return 'foreign';
    const session = access.sessions.bySecret(cookiesOf(request).get(sessionCookie) ?? '');
    return session === null ? null : { kind: 'session', id: session.id };
  }

  #callerOf(via: Via): Caller {
    const caller = this.#options.access.callerOf(via);
    if (caller !== null) return caller;
    throw new PenstockError('session-ended', 'Your session has ended.', { remedy: 'Sign in again.' });
  }

  #sweep(): void {
    for (const [client, { via, could }] of this.#open) {
      const caller = this.#options.access.look(via);
      if (caller === null) client.close(closeCodes.sessionEnded, 'session ended');
      else if (describe(caller) !== could) client.close(closeCodes.roleChanged, 'role changed');
    }
  }
}
