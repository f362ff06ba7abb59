import { failurePage, goOnPage } from '#app/access/pages/pages.ts';
import { pageLanguage } from '#app/access/pages/words.ts';
import type { OidcSignIn } from '#app/access/oidc/sign-in.ts';
import { plainText } from '#app/access/sessions.ts';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { html, redirect, signedInCookies, type Reply, type TeamRequest, type TeamRoute } from './replies.ts';

/** Lax, not Strict: it must come along when the provider sends the browser back. Worth nothing without what only the server knows. */
const pendingCookie = '__Host-penstock-oidc';
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

export const oidcStartPath = '/oidc/start';
export const oidcEndPath = '/oidc/end';

const statuses: Readonly<Record<string, number>> = { 'oidc-state': 400, 'oidc-unreachable': 502, 'oidc-client': 502, 'oidc-clock': 502 };

/** To a provider and back: `/oidc/start`, `/oidc/callback`, and `/oidc/end` for signing out there, too. */
export function oidcRoutes(signIn: OidcSignIn, log: (message: string) => void): TeamRoute[] {
  const refused = (request: TeamRequest, error: unknown): Reply => {
    if (!(error instanceof PenstockError)) throw error;
    log(`Refused a sign-in by ${signIn.provider.label} from ${plainText(request.address, 64)}: ${error.code}.`);
    return html(statuses[error.code] ?? 403, failurePage(pageLanguage(request.raw.headers['accept-language']), toDiagnostic(error)), { cookies: [`${pendingCookie}=; ${attributes}; Max-Age=0`] });
  };

  async function start(request: TeamRequest): Promise<Reply> {
    const asked = request.url.searchParams;
    const invitation = asked.get('invitation');
    // Another site may lead somebody here; answering an invitation is for whoever has its page open.
    if (invitation !== null && request.raw.headers['sec-fetch-site'] !== 'same-origin') return redirect(`/invite?code=${encodeURIComponent(invitation)}`);
    try {
      const { location, id } = await signIn.begin({ next: asked.get('next'), invitation, anew: asked.has('anew') });
      return redirect(location, [`${pendingCookie}=${id}; ${attributes}; Max-Age=600`]);
    } catch (error) {
      return refused(request, error);
    }
  }

  async function callback(request: TeamRequest): Promise<Reply> {
    try {
      const { signedIn, next } = await signIn.finish(request.cookies.get(pendingCookie) ?? null, request.url.search, { address: request.address, agent: request.agent });
      return html(200, goOnPage(pageLanguage(request.raw.headers['accept-language']), next), { cookies: [...signedInCookies(signedIn), `${pendingCookie}=; ${attributes}; Max-Age=0`] });
    } catch (error) {
      return refused(request, error);
    }
  }

  return [
    { method: 'GET', path: oidcStartPath, for: 'open', handle: start },
    { method: 'GET', path: '/oidc/callback', for: 'open', handle: callback },
    { method: 'GET', path: oidcEndPath, for: 'open', handle: async () => redirect((await signIn.provider.endSessionUrl())?.href ?? '/signin') },
  ];
}
