import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, mappedRole, type KnownHere } from './admission.ts';
import { nextPage } from './next-page.ts';
import { pendingMs, PendingSignIns } from './pending.ts';
import type { OidcIdentity } from './provider.ts';
import { roles } from '../roles.ts';
import { checkOidcSettings } from './settings.ts';

const base = { issuer: 'https://id.example', clientId: 'penstock' };
const person = (more: Partial<OidcIdentity> = {}): OidcIdentity => ({ issuer: base.issuer, subject: '42', email: 'ada@example.com', emailVerified: true, preferredName: 'ada', claims: {}, ...more });
const stranger: KnownHere = { account: null, invited: false };
const member: KnownHere = { account: { disabled: false, byInvitation: true }, invited: false };
const mapped: KnownHere = { account: { disabled: false, byInvitation: false }, invited: false };

describe('who is let in', () => {
  it('refuses whoever nobody invited, unless the settings say otherwise', () => {
    expect(() => admit(checkOidcSettings(base), person(), stranger)).toThrow('There is no account for you here.');
    expect(admit(checkOidcSettings(base), person(), { account: null, invited: true })).toEqual({ kind: 'link', role: null });
    expect(admit(checkOidcSettings(base), person(), member)).toEqual({ kind: 'sign-in', role: null });
  });

  it('takes uninvited people by the domain of a verified address only', () => {
    const settings = checkOidcSettings({ ...base, newRole: 'viewer', domains: ['example.com'] });
    expect(admit(settings, person(), stranger)).toEqual({ kind: 'make', role: 'viewer' });
    expect(() => admit(settings, person({ emailVerified: false }), stranger)).toThrow('does not say that your e-mail address is yours');
    for (const email of ['eve@evil.example', 'eve@sub.example.com', 'eve@notexample.com', '"eve@example.com"@evil.example']) {
      expect(() => admit(settings, person({ email }), stranger), email).toThrow('by invitation only');
    }
    expect(admit(settings, person({ email: 'ada@EXAMPLE.com' }), stranger)).toEqual({ kind: 'make', role: 'viewer' });
  });

  it('never opens an account by an e-mail address: the same address under another subject is a stranger', () => {
    // What is known here was looked up by issuer and subject: nothing was found, whatever the address.
    expect(() => admit(checkOidcSettings(base), person({ subject: '43' }), stranger)).toThrow('There is no account for you here.');
  });

  it('keeps a disabled account out, invited or mapped', () => {
    const settings = checkOidcSettings({ ...base, roleClaim: 'groups', roles: { admins: 'admin' } });
    const claims = { groups: ['admins'] };
    expect(() => admit(settings, person({ claims }), { account: { disabled: true, byInvitation: true }, invited: true })).toThrow('disabled');
  });

  it('gives the highest role of a claim, at each sign-in', () => {
    const settings = checkOidcSettings({ ...base, roleClaim: 'realm_access.roles', roles: { read: 'viewer', run: 'analyst', all: 'admin' } });
    expect(admit(settings, person({ claims: { realm_access: { roles: ['run', 'read', 'x'] } } }), stranger)).toEqual({ kind: 'make', role: 'analyst' });
    expect(admit(settings, person({ claims: { realm_access: { roles: 'all' } } }), mapped)).toEqual({ kind: 'sign-in', role: 'admin' });
    expect(() => admit(settings, person(), mapped)).toThrow('no longer has a role here');
    expect(admit(settings, person(), member)).toEqual({ kind: 'sign-in', role: null });
  });

  it('reads a claim whose name has dots, and none that the object was born with', () => {
    const settings = checkOidcSettings({ ...base, roleClaim: 'https://example.com/roles', roles: { a: 'operator' } });
    expect(mappedRole(settings, person({ claims: { 'https://example.com/roles': ['a'] } }))).toBe('operator');
    const odd = checkOidcSettings({ ...base, roleClaim: 'constructor.name', roles: { Object: 'admin' } });
    expect(mappedRole(odd, person())).toBeNull();
    const inherited = checkOidcSettings({ ...base, roleClaim: 'groups', roles: { a: 'viewer' } });
    expect(mappedRole(inherited, person({ claims: { groups: ['toString', 'constructor', '__proto__'] } }))).toBeNull();
  });

  it('gives no role that no value of the claim names', () => {
    const settings = checkOidcSettings({ ...base, roleClaim: 'groups', roles: { v: 'viewer', a: 'analyst', o: 'operator', d: 'admin' } });
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom('v', 'a', 'o', 'd'), fc.string()), { maxLength: 6 }), (groups) => {
        const expected = roles.findLast((role) => groups.some((group) => ({ v: 'viewer', a: 'analyst', o: 'operator', d: 'admin' } as Record<string, string>)[group] === role && Object.hasOwn({ v: 1, a: 1, o: 1, d: 1 }, group))) ?? null;
        expect(mappedRole(settings, person({ claims: { groups } }))).toBe(expected);
      }),
    );
  });
});

describe('settings', () => {
  it.each([
    [{ issuer: 'http://id.example' }, 'not https'],
    [{ issuer: 'ftp://id.example' }, 'not an address of a provider'],
    [{ issuer: 'https://user@id.example' }, 'not an address of a provider'],
    [{ scopes: ['email'] }, 'openid'],
    [{ newRole: 'viewer' }, 'needs the domains'],
    [{ newRole: 'admin', domains: ['*'] }, 'cannot become admin'],
    [{ domains: ['example.com'] }, 'not the role'],
    [{ roleClaim: 'groups' }, 'belong together'],
    [{ roles: { a: 'viewer' } }, 'belong together'],
    [{ roles: { a: 'king' }, roleClaim: 'groups' }, 'wrong at roles.a'],
    [{ clientSecret: 'x' }, 'Unrecognized key'],
    [{ clockTolerance: 86_400 }, 'wrong at clockTolerance'],
  ])('refuses %j', (more, sentence) => {
    expect(() => checkOidcSettings({ ...base, ...more })).toThrow(sentence);
  });
});

describe('where to go after signing in', () => {
  it.each([
    ['/', '/'],
    ['/?pipeline=a', '/?pipeline=a'],
    ['/x/y?z=1#top', '/x/y?z=1#top'],
    [null, '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['\\\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/\n/evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/.//evil.example', '/'],
    ['/a/..//evil.example', '/'],
    ['/%2e%2e//evil.example', '/'],
    [' //evil.example', '/'],
    ['', '/'],
  ])('%j leads to %j', (asked, expected) => {
    expect(nextPage(asked)).toBe(expected);
  });

  it('stays on this server, whatever is asked', () => {
    const nasty = fc.array(fc.constantFrom('/', '\\', '.', '..', '@', ':', '%2f', '%5c', '\t', '\r\n', ' ', 'evil.example', 'a', '?', '#', 'https:'), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(nasty, nasty.map((text) => `/${text}`), fc.string()), (asked) => {
        const page = nextPage(asked);
        expect(page.startsWith('/')).toBe(true);
        expect(new URL(page, 'https://here.example').origin).toBe('https://here.example');
        // As it stands in a Location header, too.
        expect(page).toMatch(/^[\x21-\x7e]*$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('sign-ins under way', () => {
  const one = { state: 's', nonce: 'n', verifier: 'v', next: '/', invitation: null };

  it('are taken once, by the browser that began', () => {
    const pending = new PendingSignIns();
    const id = pending.add(one);
    expect(pending.take('somebody-else')).toBeNull();
    expect(pending.take(null)).toBeNull();
    expect(pending.take(id)).toMatchObject(one);
    expect(pending.take(id)).toBeNull();
  });

  it('are forgotten after their time, and cannot fill the memory', () => {
    let now = 0;
    const pending = new PendingSignIns(() => now, 100);
    const old = pending.add(one);
    now = pendingMs + 1;
    expect(pending.take(old)).toBeNull();
    for (let count = 0; count < 150; count += 1) pending.add(one);
    expect(pending.size).toBe(100);
    now += pendingMs + 1;
    pending.add(one);
    expect(pending.size).toBe(1);
  });
});
