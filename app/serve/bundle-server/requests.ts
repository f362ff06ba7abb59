import type { IncomingMessage, ServerResponse } from 'node:http';
import { PenstockError } from '#app/core/errors.ts';
import { RequestError } from './request-error.ts';

/** Reading requests and answering them, for all model servers. */

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export const json = (value: unknown, status = 200): Reply => ({ status, type: 'application/json', body: JSON.stringify(value) });

export const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1']);

/** On loopback only loopback names may be asked for: a web page that rebinds its own name to 127.0.0.1 gets nothing. */
export function checkHost(request: IncomingMessage, host: string): void {
  if (!loopback.has(host)) return;
  const given = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '').toLowerCase();
  if (!loopback.has(given)) throw new RequestError(403, 'wrong-host', 'This server answers only to 127.0.0.1 and localhost.', { remedy: 'Start it with --host to serve other machines.' });
}

/** The path of a request without its query and a last slash. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** @throws RequestError `wrong-content-type`. */
export function requireType(request: IncomingMessage, wanted: readonly string[]): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (wanted.includes(type)) return;
  throw new RequestError(415, 'wrong-content-type', `The body must be JSON, but its content type is ${type === '' ? 'not given' : `“${type}”`}.`, {
    remedy: 'Send the header “Content-Type: application/json”.',
  });
}

/**
 * The whole body. The connection is kept when it is too large: closed while the client still writes, it would lose the answer that says why.
 * @throws RequestError `body-too-large`, `body-broken` (the client went away).
 */
export function readBytes(request: IncomingMessage, maxBody: number): Promise<Buffer> {
  const tooLarge = (): RequestError =>
    new RequestError(413, 'body-too-large', `The body is larger than ${maxBody} bytes.`, { remedy: 'Send fewer records at a time, or start the server with a larger --max-body.' });
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBody) return reject(tooLarge());
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBody) return void chunks.push(chunk);
      request.off('data', onData);
      reject(tooLarge());
    };
    request.on('data', onData);
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
    const broken = (): void => reject(new RequestError(400, 'body-broken', 'The body ended before it was whole.'));
    request.once('error', broken);
    request.once('close', broken);
  });
}

/** @throws RequestError `not-utf8`, `not-json`. */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new RequestError(400, 'not-utf8', 'The body is not UTF-8 text.');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RequestError(400, 'not-json', `The body is not valid JSON: ${error instanceof Error ? error.message : ''}.`.replace(/\.\.$/, '.'));
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What is wrong, for the caller: a sentence, a code, the field and what to do. */
export function failure(error: unknown): Reply {
  if (error instanceof RequestError) {
    return {
      ...json({ error: error.message, code: error.code, ...(error.field === undefined ? {} : { field: error.field }), ...(error.remedy === undefined ? {} : { remedy: error.remedy }) }, error.status),
      headers: error.headers,
    };
  }
  if (error instanceof PenstockError) {
    const { column, line } = error.place ?? {};
    return json({ error: error.message, code: error.code, ...(column === undefined ? {} : { field: column }), ...(line === undefined ? {} : { record: line }), ...(error.remedy === undefined ? {} : { remedy: error.remedy }) }, 400);
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return json({ error: 'The model could not answer this request.', code: 'unexpected' }, 500);
}

export function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const { body } = reply;
  const isText = reply.type !== 'application/octet-stream';
  response.writeHead(reply.status, {
    'content-type': isText ? `${reply.type}; charset=utf-8` : reply.type,
    'content-length': typeof body === 'string' ? Buffer.byteLength(body) : body.length,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...reply.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  // An unread body (too large, wrong type) would otherwise hold the connection; the request's time-out bounds the reading.
  if (!request.complete) request.resume();
}
