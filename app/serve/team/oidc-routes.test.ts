import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { implement } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Access } from '#app/access/access.ts';
import type { CallContext } from '#app/access/caller.ts';
import { OidcProvider } from '#app/access/oidc/provider.ts';
import { checkOidcSettings } from '#app/access/oidc/settings.ts';
import { OidcSignIn } from '#app/access/oidc/sign-in.ts';
import { startProvider, TestBrowser, type TestProvider } from '#app/access/oidc/testing.ts';
import { oidcEndPath, oidcRoutes, oidcStartPath } from './oidc-routes.ts';
import { startTeamServer, type TeamServer } from './team-server.ts';

const origin = 'https://penstock.example';
const redirectUri = `${origin}/oidc/callback`;

interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
  readonly cookies: ReadonlyMap<string, string>;
  readonly setCookies: readonly string[];
}

describe('signing in with a provider, over HTTP', () => {
  let folder: string;
  let real: TestProvider;
  let access: Access;
  let server: TeamServer;
  const lines: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-oidc-http-'));
    await mkdir(path.join(folder, 'page'));
    await writeFile(path.join(folder, 'page/index.html'), '<title>The app</title>');
    real = await startProvider([{ id: 'penstock', secret: 'a-secret-of-the-client', redirectUri }], { ada: { preferred_username: 'ada' }, eve: { preferred_username: 'eve' } });
    access = Access.open(path.join(folder, 'access.db'), { project: 'p1' });
    const provider = new OidcProvider(checkOidcSettings({ issuer: real.issuer, clientId: 'penstock', label: 'Work', newRole: 'viewer', domains: ['*'] }), 'a-secret-of-the-client', origin);
    const button = { label: provider.label, href: oidcStartPath };
    server = await startTeamServer({
      rendererDir: path.join(folder, 'page'),
      router: implement({}).$context<CallContext>().router({}),
      access,
      host: '127.0.0.1',
      port: 0,
      tls: null,
      // As a reverse proxy on this machine asks.
      proxies: ['127.0.0.1'],
      publicNames: ['penstock.example'],
      routes: oidcRoutes(new OidcSignIn(access, provider), (line) => lines.push(line)),
      provider: button,
      endElsewhere: { ...button, href: oidcEndPath },
    });
  });
  afterAll(async () => {
    await server.close();
    access.close();
    await real.close();
    await rm(folder, { recursive: true, force: true });
  });

  function ask(address: string, cookies: ReadonlyMap<string, string> = new Map(), headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: server.port, path: address, headers: { host: 'penstock.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.7', cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '), ...headers } }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const setCookies = response.headers['set-cookie'] ?? [];
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location ?? null,
            body: Buffer.concat(parts).toString(),
            setCookies,
            cookies: new Map(setCookies.map((line) => line.split(';')[0] ?? '').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])),
          });
        });
      });
      asked.once('error', reject);
      asked.end();
    });
  }

  const comeBack = async (who: string, start = oidcStartPath) => {
    const begun = await ask(start);
    expect(begun.status).toBe(303);
    const back = await new TestBrowser().signInAtProvider(begun.location ?? '', who, redirectUri);
    return { begun, back: `${back.pathname}${back.search}` };
  };

  it('leads to the provider and back, and gives a session that the app opens with', async () => {
    expect((await ask('/signin')).body).toContain('Continue with Work');
    const { begun, back } = await comeBack('ada', `${oidcStartPath}?next=${encodeURIComponent('/?pipeline=a')}`);
    expect(begun.setCookies.join()).toMatch(/^__Host-penstock-oidc=[^;]+; Path=\/; Secure; HttpOnly; SameSite=Lax/);
    const done = await ask(back, begun.cookies);
    expect(done.status).toBe(200);
    // A page that goes on by itself: a redirect would still come from the provider and go without the Strict cookie.
    expect(done.body).toContain('content="0; url=/?pipeline=a"');
    expect(done.setCookies.find((line) => line.startsWith('__Host-penstock-session='))).toMatch(/Secure; HttpOnly; SameSite=Strict/);
    expect((await ask('/', done.cookies)).body).toContain('The app');
    expect((await ask(back, begun.cookies)).status).toBe(400);
  });

  it('gives no session to a browser that did not begin, also with the address of somebody’s answer', async () => {
    const { back } = await comeBack('ada');
    const stolen = await ask(back);
    expect(stolen.status).toBe(400);
    expect(stolen.cookies.get('__Host-penstock-session')).toBeUndefined();
    expect(stolen.body).toContain('was not begun in this browser');
    expect(lines.at(-1)).toContain('oidc-state');
  });

  it('goes nowhere else after signing in', async () => {
    for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example']) {
      const { begun, back } = await comeBack('ada', `${oidcStartPath}?next=${encodeURIComponent(next)}`);
      expect((await ask(back, begun.cookies)).body).toContain('content="0; url=/"');
    }
  });

  it('answers an invitation only from its own page', async () => {
    const grace = await access.accounts.create({ name: 'grace', createdBy: 'admin' });
    access.accounts.setRole(grace.id, 'p1', 'viewer');
    const { secret } = access.invitations.create(grace.id, 'admin');
    const start = `${oidcStartPath}?invitation=${secret}`;
    expect((await ask(`/invite?code=${secret}`)).body).toContain(start);
    expect((await ask(start, new Map(), { 'sec-fetch-site': 'cross-site' })).location).toBe(`/invite?code=${secret}`);
    const begun = await ask(start, new Map(), { 'sec-fetch-site': 'same-origin' });
    const back = await new TestBrowser().signInAtProvider(begun.location ?? '', 'eve', redirectUri);
    expect((await ask(`${back.pathname}${back.search}`, begun.cookies)).status).toBe(200);
    expect(access.accounts.byIdentity(real.issuer, 'eve')?.name).toBe('grace');
  });

  it('says on the signed-out page how to sign out of the provider, too, and leads there', async () => {
    expect((await ask('/signin?state=signed-out')).body).toContain(`href="${oidcEndPath}"`);
    expect((await ask(oidcEndPath)).location).toContain(`${real.issuer}/session/end`);
  });
});
