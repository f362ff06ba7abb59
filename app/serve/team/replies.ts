import type { IncomingMessage, ServerResponse } from 'node:http';
import { PenstockError } from '#app/core/errors.ts';
import type { SignedIn } from '#app/access/access.ts';

/** Prefix `__Host-`: browsers take such a cookie only with Secure, for this very host, and never from a neighbour's subdomain. */
export const sessionCookie = '__Host-penstock-session';
const deviceCookie = '__Host-penstock-device';
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';

export interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** A request as routes see it. */
export interface TeamRequest {
  readonly raw: IncomingMessage;
  readonly url: URL;
  /** Of the client, also behind a proxy. */
  readonly address: string;
  readonly agent: string;
  readonly cookies: ReadonlyMap<string, string>;
  /** What a form sent; empty for GET. */
  readonly form: ReadonlyMap<string, string>;
}

/** `open`: before signing in, too; `session`: with one. What changes something (POST) is refused from other sites in any case. */
export interface TeamRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly for: 'open' | 'session';
  handle(request: TeamRequest): Promise<Reply> | Reply;
}

export const text = (status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): Reply => ({ status, type: 'text/plain; charset=utf-8', body: `${sentence}\n`, headers });
export const html = (status: number, body: string, more: Pick<Reply, 'headers' | 'cookies'> = {}): Reply => ({ status, type: 'text/html; charset=utf-8', body, ...more });
export const redirect = (location: string, cookies: readonly string[] = []): Reply => ({ status: 303, headers: { location }, cookies });

/** Cookies after signing in. The device's is kept for half a year, so that others' wrong guesses do not lock this browser out. */
export const signedInCookies = ({ secret, device }: Pick<SignedIn, 'secret' | 'device'>): string[] => [`${sessionCookie}=${secret}; ${attributes}; Max-Age=604800`, `${deviceCookie}=${device}; ${attributes}; Max-Age=15552000`];
export const signedOutCookies = (): string[] => [`${sessionCookie}=; ${attributes}; Max-Age=0`];
export const deviceOf = (cookies: ReadonlyMap<string, string>): string | null => cookies.get(deviceCookie) ?? null;

/** The first of each name counts. */
export function cookiesOf(request: IncomingMessage): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of (request.headers.cookie ?? '').split(';').slice(0, 100)) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at > 0 && !found.has(name)) found.set(name, part.slice(at + 1).trim());
  }
  return found;
}

/** Forms before signing in are small. */
export const maxFormBytes = 16 * 1024;

/** @throws PenstockError `form-type`, `form-large`, `form-broken`. */
export function readForm(request: IncomingMessage): Promise<Map<string, string>> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    if (request.headers['content-length'] === '0' || (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)) return Promise.resolve(new Map());
    return Promise.reject(new PenstockError('form-type', 'Only forms are taken here.'));
  }
  return new Promise((resolve, reject) => {
    const large = (): void => reject(new PenstockError('form-large', 'The form is too large.'));
    if (Number(request.headers['content-length'] ?? 0) > maxFormBytes) return large();
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxFormBytes) large();
      else chunks.push(chunk);
    });
    request.once('end', () => {
      const form = new Map<string, string>();
      for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString('utf8'))) if (!form.has(name)) form.set(name, value);
      resolve(form);
    });
    const broken = (): void => reject(new PenstockError('form-broken', 'The form ended before it was whole.'));
    request.once('error', broken);
    request.once('close', broken);
  });
}

export function send(request: IncomingMessage, response: ServerResponse, headers: Readonly<Record<string, string>>, reply: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(reply.status, {
    ...headers,
    ...(reply.type === undefined ? {} : { 'content-type': reply.type }),
    ...reply.headers,
    ...(reply.cookies === undefined || reply.cookies.length === 0 ? {} : { 'set-cookie': [...reply.cookies] }),
  });
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}
