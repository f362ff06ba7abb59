import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { PenstockError } from '#app/core/errors.ts';
import { infer, modelMetadata, predict } from './answers.ts';
import type { ServedModel } from './model.ts';
import { documentationPage } from './page.ts';
import { RequestError } from './request-error.ts';

export interface ServerOptions {
  readonly model: ServedModel;
  /** Text of openapi.json. */
  readonly openapi: string;
  readonly host: string;
  /** Largest body, in bytes. */
  readonly maxBody: number;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (body: () => Promise<unknown>) => Promise<Reply> | Reply;

const json = (value: unknown, status = 200): Reply => ({ status, type: 'application/json', body: JSON.stringify(value) });

const loopback = new Set(['127.0.0.1', 'localhost', '::1']);

/** The HTTP server of one model; the caller listens. `close()` waits for answers under way. */
export function createModelServer(options: ServerOptions): { readonly server: Server; close(): Promise<void> } {
  const { model } = options;
  let closing = false;
  const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    '/': { GET: () => documentationPage(model) },
    '/docs': { GET: () => documentationPage(model) },
    '/openapi.json': { GET: () => ({ status: 200, type: 'application/json', body: options.openapi }) },
    '/predict': { POST: async (body) => json(await predict(model, await body())) },
    '/v2': { GET: () => json({ name: 'penstock-model-server', version: '1', extensions: [] }) },
    '/v2/health/live': { GET: () => json({ live: true }) },
    '/v2/health/ready': { GET: () => json({ ready: !closing }, closing ? 503 : 200) },
    [`/v2/models/${model.name}`]: { GET: () => json(modelMetadata(model)) },
    [`/v2/models/${model.name}/ready`]: { GET: () => json({ name: model.name, ready: !closing }, closing ? 503 : 200) },
    [`/v2/models/${model.name}/infer`]: { POST: async (body) => json(await infer(model, await body())) },
  };

  async function answer(request: IncomingMessage): Promise<Reply> {
    checkHost(request, options.host);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    // The protocol lets clients name the version; a bundle has one, which metadata calls 1.
    const trimmed = bare.replace(/^(\/v2\/models\/[^/]+)\/versions\/1(?=\/|$)/, '$1');
    const route = Object.hasOwn(routes, trimmed) ? routes[trimmed] : undefined;
    if (route === undefined) {
      const other = /^\/v2\/models\/([^/]+)/.exec(trimmed)?.[1];
      const what = other === undefined || other === model.name ? `There is nothing at ${trimmed.slice(0, 200)}.` : `There is no model “${other.slice(0, 80)}” here; this server has “${model.name}”.`;
      throw new RequestError(404, 'not-found', what, { remedy: 'See /docs for the addresses of this server.' });
    }
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const handler = Object.hasOwn(route, method) ? route[method] : undefined;
    if (handler === undefined) {
      const allowed = Object.keys(route).join(', ');
      throw new RequestError(405, 'wrong-method', `${trimmed} takes ${allowed}, not ${method}.`, { headers: { allow: allowed } });
    }
    return handler(() => readBody(request, options.maxBody));
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (reply) => send(request, response, reply),
      (error: unknown) => send(request, response, failure(error)),
    );
  });
  server.requestTimeout = 60_000;
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        closing = true;
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** On loopback only loopback names may be asked for: a web page that rebinds its own name to 127.0.0.1 gets nothing. */
function checkHost(request: IncomingMessage, host: string): void {
  if (!loopback.has(host)) return;
  const given = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '').toLowerCase();
  if (!loopback.has(given)) throw new RequestError(403, 'wrong-host', 'This server answers only to 127.0.0.1 and localhost.', { remedy: 'Start it with --host to serve other machines.' });
}

async function readBody(request: IncomingMessage, maxBody: number): Promise<unknown> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new RequestError(415, 'wrong-content-type', `The body must be JSON, but its content type is ${type === '' ? 'not given' : `“${type}”`}.`, {
      remedy: 'Send the header “Content-Type: application/json”.',
    });
  }
  const tooLarge = (): RequestError =>
    new RequestError(413, 'body-too-large', `The body is larger than ${maxBody} bytes.`, { remedy: 'Send fewer records at a time, or start the server with a larger --max-body.' });
  if (Number(request.headers['content-length'] ?? 0) > maxBody) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Kept open when it is too large: a connection closed while the client still writes loses the answer that says why.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new RequestError(400, 'not-utf8', 'The body is not UTF-8 text.');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RequestError(400, 'not-json', `The body is not valid JSON: ${error instanceof Error ? error.message : ''}.`.replace(/\.\.$/, '.'));
  }
}

function failure(error: unknown): Reply {
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

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body, 'utf8');
  response.writeHead(reply.status, {
    'content-type': `${reply.type}; charset=utf-8`,
    'content-length': body.length,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...reply.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  // An unread body (too large, wrong type) would otherwise hold the connection; the request's time-out bounds the reading.
  if (!request.complete) request.resume();
}
