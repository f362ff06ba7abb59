import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { Access, type AccessEvent } from '../access.ts';
import { OidcProvider } from './provider.ts';
import { checkOidcSettings } from './settings.ts';
import { OidcSignIn } from './sign-in.ts';
import { startProvider, TestBrowser, type TestProvider } from './testing.ts';

const origin = 'https://penstock.example';
const redirectUri = `${origin}/oidc/callback`;
const client = { id: 'penstock', secret: 'a-secret-of-the-client', redirectUri };
const from = { address: '127.0.0.1', agent: 'test' };

let real: TestProvider;
let folder: string;
let access: Access;
let events: AccessEvent[];

beforeAll(async () => {
  real = await startProvider([client], {
    ada: { email: 'ada@example.com', email_verified: true, preferred_username: 'ada', groups: ['team'] },
    eve: { email: 'ada@example.com', email_verified: false, preferred_username: 'ada' },
    boss: { preferred_username: 'The Boss!', groups: ['admins', 'team'] },
    nobody: { name: '🦉' },
  });
});
afterAll(() => real.close());

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-oidc-'));
  events = [];
  access = Access.open(path.join(folder, 'access.db'), { project: 'p1', audit: (event) => events.push(event) });
});
afterEach(async () => {
  access.close();
  await rm(folder, { recursive: true, force: true });
});

const byGroups = { scopes: ['openid', 'profile', 'email', 'groups'], roleClaim: 'groups', roles: { team: 'analyst', admins: 'admin' } };

function signInWith(more: Record<string, unknown>): (who: string, invitation?: string) => ReturnType<OidcSignIn['finish']> {
  const signIn = new OidcSignIn(access, new OidcProvider(checkOidcSettings({ issuer: real.issuer, clientId: client.id, ...more }), client.secret, origin));
  return async (who, invitation) => {
    const { location, id } = await signIn.begin({ next: '/?pipeline=x', invitation: invitation ?? null });
    const back = await new TestBrowser().signInAtProvider(location, who, redirectUri);
    return signIn.finish(id, back.search, from);
  };
}

describe('signing in with a provider', () => {
  it('refuses whoever was not invited, and makes no account', async () => {
    await expect(signInWith({})('ada')).rejects.toMatchObject({ code: 'oidc-not-invited' });
    expect(access.accounts.list()).toEqual([]);
    expect(events.map(({ action }) => action)).toEqual(['access.sign-in-refused']);
  });

  it('links the account of an invitation to issuer and subject, once, and signs in as it from then on', async () => {
    const grace = await access.accounts.create({ name: 'grace', createdBy: 'admin' });
    access.accounts.setRole(grace.id, 'p1', 'viewer');
    const { secret } = access.invitations.create(grace.id, 'admin');
    const signIn = signInWith({});
    const { signedIn, next } = await signIn('ada', secret);
    expect(next).toBe('/?pipeline=x');
    expect(signedIn.account.id).toBe(grace.id);
    expect(access.callerOf({ kind: 'session', id: signedIn.session.id })).toMatchObject({ name: 'grace', role: 'viewer' });
    expect((await signIn('ada')).signedIn.account.id).toBe(grace.id);
    await expect(signIn('eve', secret)).rejects.toMatchObject({ code: 'oidc-not-invited' });
  });

  it('does not open an account that has the e-mail address or the name which the provider says', async () => {
    const byMail = await access.accounts.create({ name: 'ada@example.com', password: 'correct horse battery', createdBy: 'admin' });
    const byName = await access.accounts.create({ name: 'ada', password: 'correct horse battery', admin: true, createdBy: 'admin' });
    const { signedIn } = await signInWith({ newRole: 'viewer', domains: ['*'] })('eve');
    expect([byMail.id, byName.id]).not.toContain(signedIn.account.id);
    expect(signedIn.account.name).toBe('ada-2');
    expect(access.callerOf({ kind: 'session', id: signedIn.session.id })).toMatchObject({ role: 'viewer' });
    expect(access.accounts.get(byName.id)).toMatchObject({ issuer: null, subject: null, hasPassword: true });
  });

  it('refuses an unverified e-mail address where its domain would let one in', async () => {
    const signIn = signInWith({ newRole: 'viewer', domains: ['example.com'] });
    await expect(signIn('eve')).rejects.toMatchObject({ code: 'oidc-email-unverified' });
    expect((await signIn('ada')).signedIn.account.name).toBe('ada');
  });

  it('gives the role that a claim says, anew at each sign-in, and never more than the project’s', async () => {
    const signIn = signInWith(byGroups);
    const { signedIn } = await signIn('boss');
    expect(signedIn.account).toMatchObject({ name: 'The.Boss', admin: false });
    expect(access.accounts.role(signedIn.account.id, 'p1')).toBe('admin');
    expect(access.accounts.role(signedIn.account.id, 'another-project')).toBeNull();
    access.accounts.setRole(signedIn.account.id, 'p1', 'viewer');
    await signIn('boss');
    expect(access.accounts.role(signedIn.account.id, 'p1')).toBe('admin');
    await expect(signIn('nobody')).rejects.toMatchObject({ code: 'oidc-not-invited' });
  });

  it('takes the access away from whoever lost their groups', async () => {
    const { signedIn } = await signInWith({ newRole: 'viewer', domains: ['*'] })('nobody');
    expect(signedIn.account.name).toMatch(/^person-[0-9a-f]{8}$/);
    await expect(signInWith(byGroups)('nobody')).rejects.toMatchObject({ code: 'oidc-no-role' });
  });

  it('keeps a disabled account out, and does not let an invitation of one be answered', async () => {
    const signIn = signInWith(byGroups);
    const { signedIn } = await signIn('ada');
    access.accounts.setDisabled(signedIn.account.id, true);
    await expect(signIn('ada')).rejects.toMatchObject({ code: 'account-disabled' });
    const grace = await access.accounts.create({ name: 'grace', createdBy: 'admin' });
    const { secret } = access.invitations.create(grace.id, 'admin');
    access.accounts.setDisabled(grace.id, true);
    await expect(signInWith({})('boss', secret)).rejects.toMatchObject({ code: 'oidc-not-invited' });
  });

  it('makes the first admin by the first link only, and only while there is none', async () => {
    const { secret } = access.invitations.create(null, 'first start');
    const { signedIn } = await signInWith({})('boss', secret);
    expect(signedIn.account.admin).toBe(true);
    const late = access.invitations.create(null, 'first start');
    await expect(signInWith({})('ada', late.secret)).rejects.toMatchObject({ code: 'oidc-not-invited' });
  });

  it('takes an answer once, from the browser that began, and another’s never', async () => {
    const signIn = new OidcSignIn(access, new OidcProvider(checkOidcSettings({ issuer: real.issuer, clientId: client.id, newRole: 'viewer', domains: ['*'] }), client.secret, origin));
    const { location, id } = await signIn.begin({ next: '//evil.example', invitation: null });
    const back = await new TestBrowser().signInAtProvider(location, 'ada', redirectUri);
    await expect(signIn.finish(null, back.search, from)).rejects.toMatchObject({ code: 'oidc-state' });
    const other = await signIn.begin({ next: null, invitation: null });
    await expect(signIn.finish(other.id, back.search, from)).rejects.toMatchObject({ code: 'oidc-answer' });
    expect((await signIn.finish(id, back.search, from)).next).toBe('/');
    await expect(signIn.finish(id, back.search, from)).rejects.toMatchObject({ code: 'oidc-state' });
  });
});
