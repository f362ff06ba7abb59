import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { Provider } from 'oidc-provider';

/** Real and forging providers of identities for tests, on loopback, and a browser as far as signing in needs one. */

export interface TestProvider {
  readonly issuer: string;
  close(): Promise<void>;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function closing(server: Server): () => Promise<void> {
  return () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
}

export interface TestClient {
  readonly id: string;
  readonly secret: string | null;
  readonly redirectUri: string;
}

/** `oidc-provider`, a certified implementation. Whoever signs in there as NAME gets the claims of NAME. */
export async function startProvider(clients: readonly TestClient[], people: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<TestProvider> {
  const holder: { handle: ReturnType<Provider['callback']> | null } = { handle: null };
  const server = createServer((request, response) => void holder.handle?.(request, response));
  const issuer = `http://127.0.0.1:${await listen(server)}`;
  const provider = new Provider(issuer, {
    clients: clients.map(({ id, secret, redirectUri }) => ({
      client_id: id,
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [new URL('/signin?state=signed-out', redirectUri).href],
      ...(secret === null ? { token_endpoint_auth_method: 'none' as const } : { client_secret: secret }),
    })),
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email', 'groups'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups', 'realm_access'] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  });
  holder.handle = provider.callback();
  return { issuer, close: closing(server) };
}

/** A browser's cookies and redirects. Stops at addresses that `stop` names, without asking for them. */
export class TestBrowser {
  readonly #jar = new Map<string, Map<string, { readonly value: string; readonly path: string }>>();

  cookie(origin: string, name: string): string | null {
    return this.#jar.get(origin)?.get(name)?.value ?? null;
  }

  setCookie(origin: string, name: string, value: string): void {
    const cookies = this.#jar.get(origin) ?? new Map<string, { readonly value: string; readonly path: string }>();
    this.#jar.set(origin, cookies);
    cookies.set(name, { value, path: '/' });
  }

  async once(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address);
    const mine = [...(this.#jar.get(url.origin) ?? [])].filter(([, { path }]) => url.pathname.startsWith(path)).map(([name, { value }]) => `${name}=${value}`);
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...(init.headers as Record<string, string> | undefined), ...(mine.length === 0 ? {} : { cookie: mine.join('; ') }) } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
      const gone = attributes.some((attribute) => /^max-age=0$/i.test(attribute) || (/^expires=/i.test(attribute) && Date.parse(attribute.slice(8)) < Date.now()));
      const cookies = this.#jar.get(url.origin) ?? new Map<string, { readonly value: string; readonly path: string }>();
      this.#jar.set(url.origin, cookies);
      if (gone) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), { value: pair.slice(at + 1), path });
    }
    return response;
  }

  /** Follows redirects until there is a page, or an address that `stop` takes. */
  async go(address: string | URL, stop: (url: URL) => boolean = () => false, init: RequestInit = {}): Promise<{ readonly url: URL; readonly response: Response | null }> {
    let url = new URL(address);
    let next: RequestInit = init;
    for (let hop = 0; hop < 15; hop += 1) {
      if (stop(url)) return { url, response: null };
      const response = await this.once(url, next);
      const location = response.headers.get('location');
      if (location === null) return { url, response };
      url = new URL(location, url);
      next = {};
    }
    throw new Error(`too many redirects, last ${url.href}`);
  }

  /** Goes to the provider, says who one is, agrees, and stops at the address that the provider sends the browser back to. */
  async signInAtProvider(start: string | URL, who: string, back: string): Promise<URL> {
    const isBack = (url: URL): boolean => url.href.startsWith(back);
    let { url, response } = await this.go(start, isBack);
    for (let page = 0; page < 4 && response !== null; page += 1) {
      const html = await response.text();
      const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
      if (action === undefined) throw new Error(`no form at ${url.href}: ${html.slice(0, 300)}`);
      const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1] ?? '';
      const body = new URLSearchParams(prompt === 'login' ? { prompt, login: who, password: 'any' } : { prompt });
      ({ url, response } = await this.go(new URL(action, url), isBack, { method: 'POST', body }));
    }
    return url;
  }
}

const base64url = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export interface ForgedToken {
  readonly claims: Readonly<Record<string, unknown>>;
  /** `none`: no signature. `other-key`: signed with a key that the provider does not publish. `secret`: HMAC with the public key as secret. */
  readonly signed?: 'well' | 'none' | 'other-key';
}

/** A provider that says whatever a test tells it to: what a real one never would. */
export class ForgingProvider implements TestProvider {
  readonly issuer: string;
  readonly close: () => Promise<void>;
  /** Answers of the token endpoint, given the nonce that was asked for. */
  answer: (nonce: string) => ForgedToken = () => ({ claims: {} });
  /** Further fields of the metadata. */
  metadata: Record<string, unknown> = {};
  readonly codesAsked: string[] = [];
  #nonce = '';
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

  private constructor(issuer: string, server: Server) {
    this.issuer = issuer;
    this.close = closing(server);
  }

  static async start(): Promise<ForgingProvider> {
    const holder: { provider: ForgingProvider | null } = { provider: null };
    const server = createServer((request, response) => {
      void holder.provider?.respond(request).then(({ status, headers, body }) => {
        response.writeHead(status, headers);
        response.end(body);
      });
    });
    holder.provider = new ForgingProvider(`http://127.0.0.1:${await listen(server)}`, server);
    return holder.provider;
  }

  private jwt({ claims, signed = 'well' }: ForgedToken): string {
    const now = Math.floor(Date.now() / 1000);
    const payload = base64url({ iss: this.issuer, sub: 'mallory', aud: 'penstock', iat: now, exp: now + 300, nonce: this.#nonce, ...claims });
    if (signed === 'none') return `${base64url({ alg: 'none' })}.${payload}.`;
    const key: KeyObject = signed === 'well' ? this.#keys.privateKey : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const text = `${base64url({ alg: 'RS256', kid: 'k1' })}.${payload}`;
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }

  private async respond(request: IncomingMessage): Promise<{ status: number; headers: Record<string, string>; body: string }> {
    const url = new URL(request.url ?? '/', this.issuer);
    const json = (value: unknown) => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json({ issuer: this.issuer, authorization_endpoint: `${this.issuer}/auth`, token_endpoint: `${this.issuer}/token`, jwks_uri: `${this.issuer}/jwks`, response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'], ...this.metadata });
      case '/jwks':
        return json({ keys: [{ ...this.#keys.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }] });
      case '/auth': {
        this.#nonce = url.searchParams.get('nonce') ?? '';
        const back = new URL(url.searchParams.get('redirect_uri') ?? this.issuer);
        back.searchParams.set('code', createHash('sha256').update(this.#nonce).digest('hex'));
        back.searchParams.set('state', url.searchParams.get('state') ?? '');
        return { status: 303, headers: { location: back.href }, body: '' };
      }
      case '/token': {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part as Buffer);
        this.codesAsked.push(new URLSearchParams(Buffer.concat(parts).toString()).get('code') ?? '');
        return json({ access_token: 'a', token_type: 'Bearer', id_token: this.jwt(this.answer(this.#nonce)) });
      }
      default:
        return { status: 404, headers: {}, body: '' };
    }
  }
}
