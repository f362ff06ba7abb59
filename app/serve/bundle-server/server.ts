import { createServer, type IncomingMessage, type Server } from 'node:http';
import { infer, modelMetadata, predict } from './answers.ts';
import type { ServedModel } from './model.ts';
import { documentationPage } from './page.ts';
import { RequestError } from './request-error.ts';
import { checkHost, failure, json, parseJson, pathOf, readBytes, requireType, send, type Reply } from './requests.ts';

export interface ServerOptions {
  readonly model: ServedModel;
  /** Text of openapi.json. */
  readonly openapi: string;
  readonly host: string;
  /** Largest body, in bytes. */
  readonly maxBody: number;
}

type Handler = (body: () => Promise<unknown>) => Promise<Reply> | Reply;

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
    // The protocol lets clients name the version; a bundle has one, which metadata calls 1.
    const trimmed = pathOf(request).replace(/^(\/v2\/models\/[^/]+)\/versions\/1(?=\/|$)/, '$1');
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

async function readBody(request: IncomingMessage, maxBody: number): Promise<unknown> {
  requireType(request, ['application/json']);
  return parseJson(await readBytes(request, maxBody));
}
