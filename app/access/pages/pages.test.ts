import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit } from '../oidc/admission.ts';
import { oidcFailure, type OidcIdentity } from '../oidc/provider.ts';
import { checkOidcSettings } from '../oidc/settings.ts';
import { failurePage, goOnPage, invitationPage, noRolePage, passwordsDiffer, signInPage } from './pages.ts';
import { inGerman } from './sentences-de.ts';
import { pageLanguage } from './words.ts';

const nasty = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&`;
const failure = { code: 'sign-in-failed', message: nasty, remedy: nasty };
const provider = { label: nasty, href: '/oidc/start' };

const everyPage = (language: 'en' | 'de'): readonly string[] => [
  signInPage({ language, next: nasty, name: nasty, failure, provider }),
  signInPage({ language, state: 'signed-out', endElsewhere: { label: nasty, href: nasty }, provider, passwords: false }),
  signInPage({ language, state: 'ended' }),
  invitationPage({ language, code: nasty, account: nasty, failure, provider }),
  invitationPage({ language, code: nasty, account: null, name: nasty }),
  failurePage(language, failure),
  noRolePage(language, nasty, nasty),
  goOnPage(language, nasty),
];

describe('the pages before signing in', () => {
  it('show what came from elsewhere as text, and need no script and no inline style', () => {
    for (const html of [...everyPage('en'), ...everyPage('de')]) {
      expect(html).not.toMatch(/<script|<img|<style|\sstyle=/);
      // Inside a tag there is no handler.
      for (const tag of html.match(/<[a-z][^>]*>/g) ?? []) expect(tag.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/\son\w+=/);
    }
  });

  it('say the same whatever was wrong with name and password', () => {
    const wrong = { code: 'sign-in-failed', message: 'The name or the password is wrong.' };
    const known = signInPage({ language: 'en', name: 'ada', failure: wrong });
    const unknown = signInPage({ language: 'en', name: 'zzz', failure: wrong });
    expect(known.replaceAll('ada', 'zzz')).toBe(unknown);
  });

  it('let password managers fill in and keep', () => {
    const signIn = signInPage({ language: 'en' });
    expect(signIn).toMatch(/name="name"[^>]*autocomplete="username"/);
    expect(signIn).toMatch(/name="password"[^>]*autocomplete="current-password"/);
    const invited = invitationPage({ language: 'en', code: 'c', account: 'ada' });
    expect(invited.match(/autocomplete="new-password"/g)).toHaveLength(2);
    expect(invited).toContain('autocomplete="username" value="ada"');
  });

  it('tie the error to the fields, and put the focus where it is to be mended', () => {
    const html = signInPage({ language: 'de', name: 'ada', failure: { code: 'sign-in-failed', message: 'The name or the password is wrong.' } });
    expect(html).toContain('<title>Fehler: Anmelden – Penstock</title>');
    expect(html).toContain('Der Name oder das Passwort ist falsch.');
    expect(html).toMatch(/id="password"[^>]*aria-invalid="true" aria-describedby="problem" autofocus/);
  });

  it('tell two different passwords apart, in the language of the page', () => {
    expect(passwordsDiffer('de', 'a', 'b')?.message).toBe('Die beiden Passwörter sind verschieden.');
    expect(passwordsDiffer('de', 'a', 'a')).toBeNull();
  });
});

it.each([
  [undefined, 'en'],
  ['de', 'de'],
  ['de-CH,de;q=0.9,en;q=0.8', 'de'],
  ['en-US,en;q=0.9,de;q=0.8', 'en'],
  ['fr,de;q=0.5,en;q=0.3', 'de'],
  ['en;q=0.1, de;q=0.2', 'de'],
  ['de;q=0, en', 'en'],
  ['dent', 'en'],
  ['*', 'en'],
  [';;;q=x,', 'en'],
])('a browser that wants %j gets %s', (header, expected) => {
  expect(pageLanguage(header)).toBe(expected);
});

it('reads any header without failing', () => {
  fc.assert(fc.property(fc.string(), (header) => ['en', 'de'].includes(pageLanguage(header))));
});

describe('sentences in German', () => {
  it('say nobody “Sie”, as the window does', () => {
    for (const html of everyPage('de')) expect(html).not.toMatch(/\b(Sie|Ihre?[mnrs]?)\b/);
  });

  it('there is one for every refusal of a provider or of the admission', () => {
    const person: OidcIdentity = { issuer: 'https://id.example', subject: '1', email: 'a@b.example', emailVerified: false, preferredName: null, claims: {} };
    const base = { issuer: 'https://id.example', clientId: 'penstock' };
    const refusals = [
      () => admit(checkOidcSettings(base), person, { account: null, invited: false }),
      () => admit(checkOidcSettings(base), person, { account: { disabled: true, byInvitation: true }, invited: false }),
      () => admit(checkOidcSettings({ ...base, newRole: 'viewer', domains: ['b.example'] }), person, { account: null, invited: false }),
      () => admit(checkOidcSettings({ ...base, newRole: 'viewer', domains: ['c.example'] }), { ...person, emailVerified: true }, { account: null, invited: false }),
      () => admit(checkOidcSettings({ ...base, roleClaim: 'groups', roles: { a: 'viewer' } }), person, { account: { disabled: false, byInvitation: false }, invited: false }),
      () => {
        throw oidcFailure(new Error('no network'), 'Keycloak');
      },
    ];
    for (const refusal of refusals) {
      let thrown: { message?: string; remedy?: string } = {};
      try {
        refusal();
      } catch (error) {
        thrown = error as typeof thrown;
      }
      expect(inGerman(thrown.message ?? ''), thrown.message ?? '').not.toBe(thrown.message);
      expect(inGerman(thrown.remedy ?? ''), thrown.remedy ?? '').not.toBe(thrown.remedy);
    }
    expect(inGerman('Keycloak cannot be reached.')).toBe('Keycloak ist nicht erreichbar.');
    expect(inGerman('There were too many tries. Try again in 32 s.')).toBe('Das waren zu viele Versuche. In 32 s geht es wieder.');
  });
});
