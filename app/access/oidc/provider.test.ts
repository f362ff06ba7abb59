import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OidcProvider } from './provider.ts';
import { checkOidcSettings } from './settings.ts';
import { ForgingProvider, startProvider, TestBrowser, type TestProvider } from './testing.ts';

const origin = 'https://penstock.example';
const redirectUri = `${origin}/oidc/callback`;
const client = { id: 'penstock', secret: 'a-secret-of-the-client', redirectUri };
const other = { id: 'other', secret: 'a-secret-of-another-client', redirectUri };

describe('with a real provider', () => {
  let real: TestProvider;
  let provider: OidcProvider;
  beforeAll(async () => {
    real = await startProvider([client, other, { id: 'public', secret: null, redirectUri }], {
      ada: { email: 'ada@example.com', email_verified: true, preferred_username: 'ada', groups: ['analysts'] },
      eve: { email: 'eve@example.com', email_verified: false },
    });
    provider = new OidcProvider(checkOidcSettings({ issuer: real.issuer, clientId: client.id, scopes: ['openid', 'profile', 'email', 'groups'] }), client.secret, origin);
  });
  afterAll(() => real.close());

  const comeBack = async (who: string, browser = new TestBrowser()) => {
    const { url, pending } = await provider.begin('/', null);
    return { back: await browser.signInAtProvider(url, who, redirectUri), pending, asked: url };
  };

  it('says who signed in, by issuer and subject, with what the provider tells of them', async () => {
    const { back, pending, asked } = await comeBack('ada');
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({ code_challenge_method: 'S256', response_type: 'code', redirect_uri: redirectUri });
    const identity = await provider.finish(back.search, pending);
    expect(identity).toMatchObject({ issuer: real.issuer, subject: 'ada', email: 'ada@example.com', emailVerified: true, preferredName: 'ada' });
    expect(identity.claims).toMatchObject({ groups: ['analysts'] });
  });

  it('lets public clients sign people in, by PKCE alone', async () => {
    const open = new OidcProvider(checkOidcSettings({ issuer: real.issuer, clientId: 'public' }), null, origin);
    const { url, pending } = await open.begin('/', null);
    const back = await new TestBrowser().signInAtProvider(url, 'ada', redirectUri);
    await expect(open.finish(back.search, pending)).resolves.toMatchObject({ subject: 'ada' });
  });

  it('does not call an e-mail address verified that the provider does not vouch for', async () => {
    const { back, pending } = await comeBack('eve');
    await expect(provider.finish(back.search, pending)).resolves.toMatchObject({ email: 'eve@example.com', emailVerified: false });
  });

  it('refuses an answer with another state', async () => {
    const { back, pending } = await comeBack('ada');
    back.searchParams.set('state', 'of-somebody-else');
    await expect(provider.finish(back.search, pending)).rejects.toMatchObject({ code: 'oidc-answer' });
    back.searchParams.delete('state');
    await expect(provider.finish(back.search, pending)).rejects.toMatchObject({ code: 'oidc-answer' });
  });

  it('refuses a code that was used before', async () => {
    const { back, pending } = await comeBack('ada');
    await provider.finish(back.search, pending);
    await expect(provider.finish(back.search, pending)).rejects.toMatchObject({ code: 'oidc-code' });
  });

  it('refuses a code that another browser was given: its verifier is another', async () => {
    const victim = await comeBack('ada');
    const attacker = await comeBack('eve');
    const mixed = new URLSearchParams({ code: victim.back.searchParams.get('code') ?? '', state: attacker.pending.state, iss: real.issuer });
    await expect(provider.finish(`?${mixed}`, attacker.pending)).rejects.toMatchObject({ code: 'oidc-code' });
  });

  it('refuses a code that was made for another client', async () => {
    const elsewhere = new OidcProvider(checkOidcSettings({ issuer: real.issuer, clientId: other.id }), other.secret, origin);
    const { url, pending } = await elsewhere.begin('/', null);
    const back = await new TestBrowser().signInAtProvider(url, 'ada', redirectUri);
    await expect(provider.finish(back.search, pending)).rejects.toMatchObject({ code: 'oidc-code' });
  });

  it('refuses an answer in the name of another issuer (mix-up, RFC 9207)', async () => {
    const { back, pending } = await comeBack('ada');
    back.searchParams.set('iss', 'https://evil.example');
    await expect(provider.finish(back.search, pending)).rejects.toMatchObject({ code: 'oidc-answer' });
    back.searchParams.delete('iss');
    await expect(provider.finish(back.search, pending)).rejects.toMatchObject({ code: 'oidc-answer' });
  });

  it('says in a sentence when the person gave up, and repeats nothing of the address', async () => {
    const { pending } = await provider.begin('/', null);
    const search = new URLSearchParams({ error: 'access_denied', error_description: 'Call 0900-1234 now', state: pending.state, iss: real.issuer });
    const failure: unknown = await provider.finish(`?${search}`, pending).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'oidc-refused' });
    expect(String(failure)).not.toContain('0900');
  });

  it('says that the secret is wrong', async () => {
    const mistaken = new OidcProvider(checkOidcSettings({ issuer: real.issuer, clientId: client.id }), 'not-the-secret', origin);
    const { url, pending } = await mistaken.begin('/', null);
    const back = await new TestBrowser().signInAtProvider(url, 'ada', redirectUri);
    await expect(mistaken.finish(back.search, pending)).rejects.toMatchObject({ code: 'oidc-client' });
  });

  it('knows where the provider’s own session is ended', async () => {
    const url = await provider.endSessionUrl();
    expect(url?.origin).toBe(real.issuer);
    expect(url?.searchParams.get('post_logout_redirect_uri')).toBe(`${origin}/signin?state=signed-out`);
  });
});

it('says that a provider is away, and works once it is there', async () => {
  const forger = await ForgingProvider.start();
  forger.metadata = { issuer: 'https://somebody.else' };
  const provider = new OidcProvider(checkOidcSettings({ issuer: forger.issuer, clientId: 'penstock' }), 'secret', origin);
  await expect(provider.begin('/', null)).rejects.toMatchObject({ code: 'oidc-answer' });
  forger.metadata = {};
  await expect(provider.begin('/', null)).resolves.toMatchObject({ pending: { next: '/' } });
  await forger.close();
  const away = new OidcProvider(checkOidcSettings({ issuer: forger.issuer, clientId: 'penstock' }), 'secret', origin);
  await expect(away.begin('/', null)).rejects.toMatchObject({ code: 'oidc-unreachable' });
});

describe('with a provider that forges', () => {
  let forger: ForgingProvider;
  let provider: OidcProvider;
  beforeAll(async () => {
    forger = await ForgingProvider.start();
    provider = new OidcProvider(checkOidcSettings({ issuer: forger.issuer, clientId: 'penstock' }), 'secret', origin);
  });
  afterAll(() => forger.close());

  const signIn = async (answer: ForgingProvider['answer']) => {
    forger.answer = answer;
    const { url, pending } = await provider.begin('/', null);
    const { url: back } = await new TestBrowser().go(url, (one) => one.href.startsWith(redirectUri));
    return provider.finish(back.search, pending);
  };
  const seconds = (): number => Math.floor(Date.now() / 1000);

  it('takes a token that is in order', async () => {
    await expect(signIn(() => ({ claims: { sub: 'ada' } }))).resolves.toMatchObject({ subject: 'ada' });
  });

  it('refuses a token with another nonce', async () => {
    await expect(signIn(() => ({ claims: { nonce: 'of-an-earlier-sign-in' } }))).rejects.toMatchObject({ code: 'oidc-answer' });
    await expect(signIn(() => ({ claims: { nonce: undefined } }))).rejects.toMatchObject({ code: 'oidc-answer' });
  });

  it('refuses a token without a signature (alg none), even where the provider’s metadata allow it', async () => {
    await expect(signIn(() => ({ claims: {}, signed: 'none' }))).rejects.toMatchObject({ code: 'oidc-answer' });
    const lax = await ForgingProvider.start();
    lax.metadata = { id_token_signing_alg_values_supported: ['RS256', 'none'] };
    lax.answer = () => ({ claims: {}, signed: 'none' });
    const mistaken = new OidcProvider(checkOidcSettings({ issuer: lax.issuer, clientId: 'penstock' }), 'secret', origin);
    const { url, pending } = await mistaken.begin('/', null);
    const { url: back } = await new TestBrowser().go(url, (one) => one.href.startsWith(redirectUri));
    await expect(mistaken.finish(back.search, pending)).rejects.toMatchObject({ code: 'oidc-answer' });
    await lax.close();
  });

  it('refuses a token that is signed with a key the provider does not publish', async () => {
    await expect(signIn(() => ({ claims: {}, signed: 'other-key' }))).rejects.toMatchObject({ code: 'oidc-answer' });
  });

  it('refuses a token that is meant for another client', async () => {
    await expect(signIn(() => ({ claims: { aud: 'other' } }))).rejects.toMatchObject({ code: 'oidc-answer' });
    await expect(signIn(() => ({ claims: { aud: ['penstock', 'other'], azp: 'other' } }))).rejects.toMatchObject({ code: 'oidc-answer' });
  });

  it('refuses a token of another issuer', async () => {
    await expect(signIn(() => ({ claims: { iss: 'https://evil.example' } }))).rejects.toMatchObject({ code: 'oidc-answer' });
  });

  it('refuses an expired token; a clock may be off by as much as the settings say', async () => {
    await expect(signIn(() => ({ claims: { exp: seconds() - 120 } }))).rejects.toMatchObject({ code: 'oidc-clock' });
    await expect(signIn(() => ({ claims: { exp: seconds() - 5 } }))).resolves.toMatchObject({ subject: 'mallory' });
  });
});
