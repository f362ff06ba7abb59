import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import { Access } from '#app/access/access.ts';
import type { ApiScope, Role } from '#app/access/roles.ts';
import { appPlaces, createEngine, createRouter, type Engine } from '#app/engine/index.ts';
import { sessionCookie } from './replies.ts';
import { startTeamServer, type TeamServer, type TeamServerOptions } from './team-server.ts';

export const host = 'penstock.test';
export const origin = `https://${host}`;
/** What the reverse proxy at 127.0.0.1 says; the tests are that proxy. */
const proxied = { host, 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.5' };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A really started server of an empty project, with its engine and accounts. */
export class TestTeam {
  readonly folder: string;
  readonly engine: Engine;
  readonly access: Access;
  readonly server: TeamServer;
  now = Date.now();
  readonly log: string[] = [];

  private constructor(parts: Pick<TestTeam, 'folder' | 'engine' | 'access' | 'server'>) {
    this.folder = parts.folder;
    this.engine = parts.engine;
    this.access = parts.access;
    this.server = parts.server;
  }

  static async start(more: Partial<TeamServerOptions> = {}): Promise<TestTeam> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-team-'));
    await mkdir(path.join(folder, 'page', 'assets'), { recursive: true });
    await writeFile(path.join(folder, 'page', 'index.html'), '<!doctype html><title>page</title>');
    await writeFile(path.join(folder, 'secret.csv'), 'secret\n1\n');
    const engine = await createEngine({ projectDir: path.join(folder, 'project'), ...appPlaces(), configDir: path.join(folder, 'config'), team: { folders: [path.join(folder, 'shared')], scripts: false } });
    let team: TestTeam | null = null;
    const access = Access.open(path.join(folder, 'access.db'), { project: engine.projectId(), now: () => team?.now ?? Date.now(), audit: (event) => engine.audit(event) });
    const lines: string[] = [];
    const server = await startTeamServer({ rendererDir: path.join(folder, 'page'), router: createRouter(engine, access), access, host: '127.0.0.1', port: 0, tls: null, proxies: ['127.0.0.1'], publicNames: [host], log: (line) => lines.push(line), ...more });
    team = new TestTeam({ folder, engine, access, server });
    Object.defineProperty(team, 'log', { value: lines });
    return team;
  }

  async close(): Promise<void> {
    await this.server.close();
    this.access.close();
    await this.engine.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** An account with a session; without a password, which would cost a second. */
  async person(name: string, role: Role | null, admin = false): Promise<{ readonly id: string; readonly session: string; readonly cookie: string }> {
    const account = await this.access.accounts.create({ name, admin, createdBy: 'test' });
    if (role !== null) this.access.accounts.setRole(account.id, this.access.project, role);
    const { secret, session } = this.access.begin(account.id, { address: '203.0.113.5', agent: 'test' }, 'test');
    return { id: account.id, session: session.id, cookie: `${sessionCookie}=${secret}` };
  }

  token(account: string, scope: ApiScope, ms = 60_000): { readonly id: string; readonly authorization: string } {
    const { secret, token } = this.access.tokens.create({ account, name: scope, scopes: [scope], expiresAt: this.now + ms });
    return { id: token.id, authorization: `Bearer ${secret}` };
  }

  /** Plain HTTP with any header and an unnormalised path, which fetch would not allow. */
  ask(target: string, headers: Record<string, string> = {}, form?: Record<string, string> | string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const body = form === undefined ? undefined : typeof form === 'string' ? form : new URLSearchParams(form).toString();
      const about = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)), origin };
      const request = httpRequest({ host: '127.0.0.1', port: this.server.port, path: target, method: body === undefined ? 'GET' : 'POST', headers: { ...proxied, ...about, ...headers } }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** A socket, or the status it was refused with. */
  socket(headers: Record<string, string>): Promise<WebSocket | number> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${this.server.port}/rpc`, { headers: { ...proxied, ...headers } });
      socket.on('open', () => resolve(socket));
      socket.on('unexpected-response', (_request, response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      });
      socket.on('error', () => undefined);
    });
  }

  async opened(headers: Record<string, string>): Promise<WebSocket> {
    const socket = await this.socket(headers);
    if (typeof socket === 'number') throw new Error(`the socket was refused with ${socket}`);
    return socket;
  }
}

const clients = new WeakMap<WebSocket, unknown>();

/** One client a socket: each listens to all of its messages. */
function clientOf(socket: WebSocket): unknown {
  const known = clients.get(socket) ?? createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
  clients.set(socket, known);
  return known;
}

/** Calls a procedure by its path. @returns the code it was refused or failed with, or `ok`. */
export async function call(socket: WebSocket, procedure: string, input?: unknown): Promise<string> {
  const found = procedure.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], clientOf(socket)) as (input: unknown) => Promise<unknown>;
  try {
    const answer = await found(input);
    if (typeof answer === 'object' && answer !== null && 'return' in answer && typeof answer.return === 'function') await (answer.return as () => Promise<unknown>)();
    return 'ok';
  } catch (error) {
    const { data } = error as { data?: { code?: unknown } };
    return typeof data?.code === 'string' ? data.code : `no diagnostic: ${String(error)}`;
  }
}
