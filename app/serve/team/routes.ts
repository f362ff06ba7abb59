import type { Access } from '#app/access/access.ts';
import { plainText } from '#app/access/sessions.ts';
import { nextPage } from '#app/access/oidc/next-page.ts';
import { failurePage, invitationPage, pageStylePath, passwordsDiffer, signInPage, type ProviderButton } from '#app/access/pages/pages.ts';
import { pageStyle } from '#app/access/pages/style.ts';
import { pageLanguage, type PageLanguage } from '#app/access/pages/words.ts';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { deviceOf, html, redirect, sessionCookie, signedInCookies, signedOutCookies, text, type Reply, type TeamRequest, type TeamRoute } from './replies.ts';

export interface RouteOptions {
  readonly access: Access;
  /** Button of an OpenID Connect provider. */
  readonly provider: ProviderButton | null;
  /** After signing out: where the provider's own session is ended. */
  readonly endElsewhere: ProviderButton | null;
  /** False where everybody comes from the provider. */
  readonly passwords: boolean;
  readonly log: (message: string) => void;
}

const languageOf = ({ raw }: TeamRequest): PageLanguage => pageLanguage(raw.headers['accept-language']);

/** What is wrong as a status, and when to try again. */
function refusal(error: unknown): { readonly status: number; readonly headers: Readonly<Record<string, string>> } {
  if (!(error instanceof PenstockError)) throw error;
  const wait = (seconds: number) => ({ 'retry-after': String(seconds) });
  const { retryAfter } = (error.cause ?? {}) as { retryAfter?: unknown };
  if (error.code === 'locked-out') return { status: 429, headers: wait(typeof retryAfter === 'number' ? retryAfter : 60) };
  if (error.code === 'server-busy') return { status: 503, headers: wait(5) };
  if (error.code === 'sign-in-failed') return { status: 401, headers: {} };
  if (error.code === 'invitation-invalid') return { status: 410, headers: {} };
  return { status: 422, headers: {} };
}

/** Signing in and out, invitations, and whether the server lives: every route there is but the page's files and the socket. */
export function teamRoutes({ access, provider, endElsewhere, passwords, log }: RouteOptions): TeamRoute[] {
  const from = ({ address, agent }: TeamRequest) => ({ address, agent });

  async function signIn(request: TeamRequest): Promise<Reply> {
    const name = request.form.get('name') ?? '';
    const next = nextPage(request.form.get('next'));
    try {
      if (!passwords) throw new PenstockError('sign-in-failed', 'The name or the password is wrong.');
      const signedIn = await access.signIn({ name, password: request.form.get('password') ?? '', device: deviceOf(request.cookies) }, from(request));
      endOld(request);
      return redirect(next, signedInCookies(signedIn));
    } catch (error) {
      const { status, headers } = refusal(error);
      log(`Refused a sign-in as “${plainText(name, 80)}” from ${plainText(request.address, 64)}.`);
      return html(status, signInPage({ language: languageOf(request), next, name: name.slice(0, 200), failure: toDiagnostic(error), provider, passwords }), { headers });
    }
  }

  /** Whoever signs in anew in a browser leaves no session of before behind. */
  function endOld({ cookies }: TeamRequest): void {
    const session = access.sessions.bySecret(cookies.get(sessionCookie) ?? '');
    if (session !== null) access.endSession(session.id, session.account);
  }

  function invitation(request: TeamRequest): Reply {
    const code = request.url.searchParams.get('code') ?? '';
    const found = access.invitations.bySecret(code);
    const language = languageOf(request);
    if (found === null || (found.account === null && access.accounts.hasAdmin())) {
      return html(410, failurePage(language, { code: 'invitation-invalid', message: 'This link is not good any more: it was used, withdrawn, or is older than a day.', remedy: 'Ask an admin for a new one.' }));
    }
    return html(200, invitationPage({ language, code, account: found.account === null ? null : access.accounts.get(found.account).name, provider, passwords }));
  }

  async function accept(request: TeamRequest): Promise<Reply> {
    const given = (name: string): string => request.form.get(name) ?? '';
    const code = given('code');
    const language = languageOf(request);
    const invited = access.invitations.bySecret(code);
    const account = invited?.account ?? null;
    try {
      if (!passwords) throw new PenstockError('invitation-invalid', 'This link is not good any more: it was used, withdrawn, or is older than a day.', { remedy: 'Ask an admin for a new one.' });
      const differ = passwordsDiffer(language, given('password'), given('repeat'));
      if (differ !== null) throw new PenstockError(differ.code, differ.message);
      const signedIn = await access.accept(code, { name: given('name'), password: given('password') }, from(request));
      endOld(request);
      return redirect('/', signedInCookies(signedIn));
    } catch (error) {
      const { status, headers } = refusal(error);
      const failure = toDiagnostic(error);
      if (invited === null || failure.code === 'invitation-invalid') return html(410, failurePage(language, failure));
      return html(status, invitationPage({ language, code, account: account === null ? null : access.accounts.get(account).name, name: given('name').slice(0, 200), failure, provider, passwords }), { headers });
    }
  }

  function signOut(request: TeamRequest): Reply {
    const session = access.sessions.bySecret(request.cookies.get(sessionCookie) ?? '');
    if (session === null) return redirect('/signin');
    // SameSite and Origin keep other sites away; the token also keeps away what runs at this origin without the page's knowledge.
    const token = request.raw.headers['x-penstock-csrf'] ?? request.form.get('csrf');
    if (token !== session.csrf) return text(403, 'This request does not come from the app’s page.');
    access.endSession(session.id, session.account);
    const name = access.accounts.byId(session.account)?.name;
    if (name !== undefined) access.audit({ actor: `account:${name}`, action: 'access.signed-out', subject: `account:${name}` });
    return redirect('/signin?state=signed-out', signedOutCookies());
  }

  return [
    {
      method: 'GET',
      path: '/signin',
      for: 'open',
      handle: (request) => {
        const asked = request.url.searchParams.get('state');
        const state = asked === 'signed-out' || asked === 'ended' ? asked : 'fresh';
        return html(200, signInPage({ language: languageOf(request), state, next: nextPage(request.url.searchParams.get('next')), provider, passwords, endElsewhere: state === 'signed-out' ? endElsewhere : null }));
      },
    },
    { method: 'POST', path: '/signin', for: 'open', handle: signIn },
    { method: 'POST', path: '/signout', for: 'session', handle: signOut },
    { method: 'GET', path: '/invite', for: 'open', handle: invitation },
    { method: 'POST', path: '/invite', for: 'open', handle: accept },
    { method: 'GET', path: '/healthz', for: 'open', handle: () => text(200, 'ok') },
    { method: 'GET', path: pageStylePath, for: 'open', handle: () => ({ status: 200, type: 'text/css; charset=utf-8', body: pageStyle }) },
  ];
}
