import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PenstockError } from '#app/core/errors.ts';
import { answerHook, type Engine } from '#app/engine/index.ts';

const mostBytes = 1_000_000;

export interface WebhookListener {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Listens for webhooks: `POST /hooks/ID/TOKEN`, and nothing else. Only where somebody asked for it (`penstock work --webhooks PORT`).
 * @throws PenstockError `port-taken`.
 */
export async function listenForWebhooks(engine: Engine, options: { readonly port: number; readonly host: string }): Promise<WebhookListener> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    void answer(engine, request, response).catch((error: unknown) => {
      engine.noteUnexpected(error);
      send(response, 500, { error: 'It did not work; the log of Penstock says why.' });
    });
  });
  server.maxConnections = 200;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new PenstockError('port-taken', `Port ${options.port} is used by another program.`, { remedy: 'Name another with --webhooks, or 0 for any free one.' }) : error));
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}/hooks/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://hooks.invalid');
  const [, automationId = '', token = ''] = /^\/hooks\/([A-Za-z0-9]{1,40})\/([A-Za-z0-9_-]{1,100})$/.exec(url.pathname) ?? [];
  if (automationId === '') return send(response, 404, { error: 'There is nothing here.' });
  if (request.method !== 'POST') return send(response, 405, { error: 'Send a POST.' });
  const body = await readBody(request);
  if (body === null) return send(response, 413, { error: `The body is larger than ${mostBytes} bytes.` });
  const { status, body: said } = await answerHook(engine.automation, { automationId, token, headers: request.headers, query: Object.fromEntries(url.searchParams), body });
  send(response, status, said);
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: Readonly<Record<string, unknown>>): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...(status === 429 ? { 'retry-after': '30' } : {}), ...(status === 413 ? { connection: 'close' } : {}) });
  response.end(`${JSON.stringify(body)}\n`);
}
