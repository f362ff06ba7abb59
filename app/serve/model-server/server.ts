import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { penstockVersion } from '#app/core/version.ts';
import type { ServerLimits } from '#app/core/serving.ts';
import { renewCertificate, secureServer, type Certificate } from '#app/core/certificate-files.ts';
import { documentationPage } from '../bundle-server/page.ts';
import { RequestError } from '../bundle-server/request-error.ts';
import { checkHost, failure, json, pathOf, requireType, send, type Reply } from '../bundle-server/requests.ts';
import type { Access } from './access.ts';
import { Answering, type Served } from './answering.ts';
import { explainRecords } from './explain.ts';
import { describedMetadata, describedSignature, featureNotes } from './feature-description.ts';
import type { FeatureLookup } from './feature-lookup.ts';
import type { ServerMetrics } from './metrics.ts';
import { serverOpenapi } from './openapi.ts';
import { readInfer, readInferBody, readJsonBody, readRecords, statusOf } from './requests.ts';

export interface HttpOptions {
  readonly name: string;
  readonly host: string;
  readonly tls: { readonly cert: Uint8Array; readonly key: Uint8Array } | null;
  readonly limits: ServerLimits;
  readonly access: Access;
  readonly metrics: ServerMetrics;
  readonly features: FeatureLookup;
  readonly served: ReadonlyMap<string, Served>;
  readonly status: () => unknown;
  readonly noted: (model: string, status: number, code: string, message: string) => void;
  readonly explainEntry: URL;
}

type Handler = (request: IncomingMessage) => Promise<Reply> | Reply;
type Methods = Readonly<Partial<Record<'GET' | 'POST', Handler>>>;

const jsonTypes = ['application/json'];
const inferTypes = ['application/json', 'application/octet-stream'];

/** The HTTP side of a model server: addresses, who may ask, what comes back. The caller listens. */
export function createHttpServer(options: HttpOptions): { readonly server: Server; renew(certificate: Certificate): void; close(): Promise<void> } {
  const { access, served, limits, metrics, features } = options;
  const answering = new Answering({ limits, metrics, features, noted: options.noted });
  let closing = false;
  const isReady = (): boolean => !closing && served.size > 0 && [...served.values()].every(({ slot }) => slot.primary !== null);

  const fixed: Readonly<Record<string, Methods>> = {
    '/': { GET: () => docs(null) },
    '/docs': { GET: () => docs(null) },
    '/v2': { GET: () => json({ name: 'penstock-model-server', version: penstockVersion, extensions: ['binary_tensor_data'] }) },
    '/v2/health/live': { GET: () => json({ live: true }) },
    '/v2/health/ready': { GET: () => json({ ready: isReady() }, isReady() ? 200 : 503) },
    '/v2/models': { GET: guarded('predict', () => json({ models: [...served.keys()] })) },
    '/openapi.json': { GET: guarded('predict', () => json(serverOpenapi(options.name, [...served.values()].map(({ slot }) => slot), access.needsToken, features))) },
    '/metrics': { GET: guarded('metrics', async () => ({ status: 200, type: metrics.registry.contentType.replace(/; charset=utf-8/, ''), body: await metrics.registry.metrics() })) },
    '/status': { GET: (request) => (access.isControl(request) ? json(options.status()) : failure(new RequestError(403, 'token-scope', 'The status is for Penstock itself; numbers about this server are at /metrics.'))) },
  };

  function guarded(scope: 'predict' | 'metrics', handler: Handler): Handler {
    return (request) => {
      access.check(request, scope);
      return handler(request);
    };
  }

  function docs(name: string | null): Reply {
    const one = name === null ? [...served.values()][0] : found(name);
    const primary = one?.slot.primary;
    if (one === undefined || primary === undefined || primary === null) throw new RequestError(503, 'not-ready', 'No model is ready.', { headers: { 'retry-after': '1' } });
    const { slot } = one;
    const notes = slot.variants.map(([variant, { version }]) => `${variant}: version ${version}${variant === 'canary' ? `, ${slot.settings.canary?.percent ?? 0} % of the requests` : ''}`);
    return documentationPage({ name: slot.name, signature: describedSignature(primary, features) }, {
      predict: `/predict/${slot.name}`,
      explain: `/explain/${slot.name}`,
      needsToken: access.needsToken,
      notes: [...notes, ...featureNotes(primary), ...[...slot.problems].map(([variant, message]) => `${variant}: ${message}`)],
      others: served.size < 2 ? [] : [...served.keys()].map((other) => ({ name: other, href: `/docs/${other}` })),
    });
  }

  function found(name: string): Served {
    const one = served.get(name);
    if (one !== undefined) return one;
    throw new RequestError(404, 'unknown-model', `There is no model “${name.slice(0, 80)}” here.`, { remedy: `Models of this server: ${[...served.keys()].join(', ')}.` });
  }

  /** `/v2/models/NAME[/versions/V][/ready|/infer|/metadata]`. */
  function modelRoute(path: string): Methods | null {
    const match = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer|metadata))?$/.exec(path);
    if (match === null) return null;
    const [, name = '', version, what = 'metadata'] = match;
    const number = version === undefined ? null : Number(version);
    const chosen = (): Served => {
      const one = found(decoded(name));
      const loaded = one.slot.variants.filter(([variant]) => variant !== 'shadow').map(([, { version: own }]) => own);
      if (number === null || loaded.includes(number)) return one;
      throw new RequestError(404, 'unknown-version', `Version ${version?.slice(0, 20) ?? ''} of “${one.slot.name}” is not served here.`, { remedy: `Versions that are: ${loaded.join(', ')}.` });
    };
    if (what === 'infer') {
      return {
        POST: guarded('predict', (request) => {
          const one = chosen();
          // Triton's client names no type. A web page of another origin could leave it out, too, and ask without being asked back: not that one.
          if (request.headers['content-type'] !== undefined || request.headers.origin !== undefined) requireType(request, inferTypes);
          return answering.answer(one, request, number, 'infer', readInferBody, readInfer);
        }),
      };
    }
    if (what === 'ready') {
      return {
        GET: () => {
          const { slot } = chosen();
          const ready = !closing && slot.primary !== null;
          return json({ name: slot.name, ready }, ready ? 200 : 503);
        },
      };
    }
    return {
      GET: guarded('predict', () => {
        const { slot } = chosen();
        const version = number === null ? slot.primary : slot.byNumber(number)?.version;
        if (version === null || version === undefined) throw new RequestError(503, 'not-ready', `“${slot.name}” is not ready.`, { headers: { 'retry-after': '1' } });
        const versions = slot.variants.filter(([variant]) => variant !== 'shadow').map(([, { version: own }]) => String(own));
        return json(describedMetadata(slot.name, version, features, versions));
      }),
    };
  }

  function routeOf(path: string): Methods | null {
    if (path.startsWith('/predict/')) {
      const name = decoded(path.slice(9));
      return {
        POST: guarded('predict', (request) => {
          const one = found(name);
          requireType(request, jsonTypes);
          return answering.answer(one, request, null, 'predict', readJsonBody, readRecords);
        }),
      };
    }
    if (Object.hasOwn(fixed, path)) return fixed[path] ?? null;
    if (path.startsWith('/explain/')) return { POST: guarded('predict', (request) => explain(found(decoded(path.slice(9))), request)) };
    if (path.startsWith('/docs/')) return { GET: () => docs(decoded(path.slice(6))) };
    return modelRoute(path);
  }

  async function explain({ slot, recent }: Served, request: IncomingMessage): Promise<Reply> {
    requireType(request, jsonTypes);
    const version = slot.primary;
    if (version === null) throw new RequestError(503, 'not-ready', `“${slot.name}” is not ready.`, { headers: { 'retry-after': '1' } });
    const from = performance.now();
    let status = 200;
    version.enter();
    try {
      return await explainRecords(version, request, limits, options.explainEntry, { lookup: features, model: slot.name, isRequired: slot.settings.features === 'required' });
    } catch (error) {
      status = statusOf(error);
      if (status === 429) recent.reject();
      throw error;
    } finally {
      version.leave();
      metrics.answered({ model: slot.name, version: version.version, variant: 'primary', route: 'explain', status, ms: performance.now() - from, rows: 0 });
    }
  }

  function answer(request: IncomingMessage): Promise<Reply> | Reply {
    checkHost(request, options.host);
    const path = pathOf(request);
    const route = routeOf(path);
    if (route === null) throw new RequestError(404, 'not-found', `There is nothing at ${path.slice(0, 200)}.`, { remedy: 'See /docs for the addresses of this server.' });
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const handler = method === 'GET' || method === 'POST' ? route[method] : undefined;
    if (handler !== undefined) return handler(request);
    const allowed = Object.keys(route).join(', ');
    throw new RequestError(405, 'wrong-method', `${path.slice(0, 200)} takes ${allowed}, not ${method}.`, { headers: { allow: allowed } });
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void respond(request, response);
  };
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      reply = await answer(request);
    } catch (error) {
      if (error instanceof RequestError && error.status === 401) metrics.rejected('', 'token');
      reply = { ...failure(error), status: statusOf(error) };
    }
    // Connections that stay open would hold a server that is to end.
    if (closing) response.shouldKeepAlive = false;
    send(request, response, reply);
  }

  const server: Server = options.tls === null ? createServer(listener) : secureServer(options.tls, {}, listener);
  // A client that sends slowly is let go, so that connections cannot be used up by those who never finish.
  server.headersTimeout = 10_000;
  server.requestTimeout = Math.max(10_000, limits.timeoutMs);
  server.keepAliveTimeout = 65_000;
  server.timeout = Math.max(120_000, 2 * limits.timeoutMs);
  return {
    server,
    renew: (certificate) => renewCertificate(server, certificate),
    close: () =>
      new Promise((resolve) => {
        closing = true;
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** @throws RequestError for what is no text in an address. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RequestError(400, 'wrong-address', 'The address cannot be read.');
  }
}
