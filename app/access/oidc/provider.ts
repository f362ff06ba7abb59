import * as oidc from 'openid-client';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { PendingSignIn } from './pending.ts';
import type { OidcSettings } from './settings.ts';

/** Who the provider says somebody is. Only issuer and subject identify; all else may change, or be somebody else's tomorrow. */
export interface OidcIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  /** The provider itself says that the address belongs to this person. */
  readonly emailVerified: boolean;
  readonly preferredName: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

const claimsSchema = z.looseObject({
  sub: z.string().min(1).max(255),
  email: z.string().max(320).optional().catch(undefined),
  // Some providers write the word instead of the value.
  email_verified: z.union([z.boolean(), z.literal('true').transform(() => true)]).optional().catch(undefined),
  preferred_username: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
});

/** Seconds that any answer of the provider may take. */
const timeoutSeconds = 15;

/** What went wrong between here and the provider, as a sentence; what the provider or the address said is not repeated. */
export function oidcFailure(error: unknown, label: string): PenstockError {
  if (error instanceof PenstockError) return error;
  const fail = (code: string, message: string, remedy: string): PenstockError => new PenstockError(code, message, { remedy, cause: error });
  if (error instanceof oidc.AuthorizationResponseError) {
    if (error.error === 'access_denied') return fail('oidc-refused', `${label} did not sign you in: it was refused or given up there.`, 'Begin again, or ask whoever runs this server.');
    return fail('oidc-refused', `${label} did not sign you in (${/^[a-z_]{1,60}$/.test(error.error) ? error.error : 'without a known reason'}).`, 'Begin again, or ask whoever runs this server.');
  }
  if (error instanceof oidc.ResponseBodyError) {
    if (error.error === 'invalid_grant') return fail('oidc-code', `${label} no longer takes this answer: it was used before, or came too late.`, 'Begin again.');
    if (error.error === 'invalid_client') return fail('oidc-client', `${label} does not know this server, or its secret is wrong.`, 'Whoever runs this server must look at the client and its secret.');
    return fail('oidc-refused', `${label} refused to say who you are.`, 'Begin again, or ask whoever runs this server.');
  }
  // How a wrong secret is answered where it went in a header.
  if (error instanceof oidc.WWWAuthenticateChallengeError) return fail('oidc-client', `${label} does not know this server, or its secret is wrong.`, 'Whoever runs this server must look at the client and its secret.');
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') return fail('oidc-clock', `What ${label} said is not valid at this server's time.`, 'The clocks of the server and the provider differ: whoever runs this server must set it.');
  if (error instanceof oidc.ClientError && code !== undefined) return fail('oidc-answer', `What ${label} answered cannot be trusted: it is not signed as it must be, or meant for somebody else.`, 'Begin again. If it stays so, ask whoever runs this server.');
  return fail('oidc-unreachable', `${label} cannot be reached.`, 'Try again in a while; sign in with a password meanwhile, if you have one.');
}

/** By header where the provider takes that, as is the default of the standard; else in the body. */
function clientAuthentication(secret: string | null): oidc.ClientAuth {
  if (secret === null) return oidc.None();
  return (server, client, body, headers) => {
    const byHeader = server.token_endpoint_auth_methods_supported?.includes('client_secret_basic') ?? true;
    return (byHeader ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret))(server, client, body, headers);
  };
}

/**
 * The OpenID Connect provider of a server: authorization code flow with PKCE, state and nonce, all by `openid-client`. The provider is
 * discovered when it is first needed and again after a failure, so that this server starts while the provider is down.
 */
export class OidcProvider {
  readonly settings: OidcSettings;
  readonly label: string;
  readonly #secret: string | null;
  readonly #origin: () => string;
  #configuration: Promise<oidc.Configuration> | null = null;

  /** `origin`: this server's public address, `https://penstock.example`; a function where its port is not known yet. */
  constructor(settings: OidcSettings, secret: string | null, origin: string | (() => string)) {
    this.settings = settings;
    this.label = settings.label ?? new URL(settings.issuer).hostname;
    this.#secret = secret;
    this.#origin = typeof origin === 'string' ? () => origin : origin;
  }

  /** To be registered at the provider, exactly. */
  get redirectUri(): string {
    return new URL('/oidc/callback', this.#origin()).href;
  }

  #discover(): Promise<oidc.Configuration> {
    if (this.#configuration === null) {
      const { issuer, clientId, clockTolerance } = this.settings;
      const insecure = new URL(issuer).protocol === 'http:';
      this.#configuration = oidc.discovery(
        new URL(issuer),
        clientId,
        { [oidc.clockTolerance]: clockTolerance, ...(this.#secret === null ? {} : { client_secret: this.#secret }) },
        clientAuthentication(this.#secret),
        // Signatures are checked although the token came over TLS: a proxy that breaks TLS open cannot make one. http: only loopback (settings).
        { timeout: timeoutSeconds, execute: [oidc.enableNonRepudiationChecks, ...(insecure ? [oidc.allowInsecureRequests] : [])] },
      );
      this.#configuration.catch(() => {
        this.#configuration = null;
      });
    }
    return this.#configuration;
  }

  /**
   * Begins a sign-in.
   * @param anew the provider must ask who it is, even where it knows: for whoever has just signed out.
   * @throws PenstockError `oidc-unreachable`, `oidc-answer`.
   */
  async begin(next: string, invitation: string | null, anew = false): Promise<{ readonly url: URL; readonly pending: PendingSignIn }> {
    try {
      const configuration = await this.#discover();
      const pending: PendingSignIn = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier(), next, invitation };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: this.redirectUri,
        scope: this.settings.scopes.join(' '),
        response_type: 'code',
        code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        state: pending.state,
        nonce: pending.nonce,
        ...(anew ? { prompt: 'login' } : {}),
      });
      return { url, pending };
    } catch (error) {
      throw oidcFailure(error, this.label);
    }
  }

  /**
   * Who came back. The issuer, the state, the code (with PKCE), the token's signature, audience, nonce and times are checked.
   * @param search the query of the address that the provider sent the browser to.
   * @throws PenstockError `oidc-refused`, `oidc-code`, `oidc-client`, `oidc-answer`, `oidc-clock`, `oidc-unreachable`.
   */
  async finish(search: string, pending: PendingSignIn): Promise<OidcIdentity> {
    try {
      const configuration = await this.#discover();
      const current = new URL(this.redirectUri);
      current.search = search;
      const tokens = await oidc.authorizationCodeGrant(configuration, current, { expectedState: pending.state, expectedNonce: pending.nonce, pkceCodeVerifier: pending.verifier, idTokenExpected: true });
      const said = tokens.claims();
      if (said === undefined) throw new PenstockError('oidc-answer', `${this.label} did not say who you are.`, { remedy: 'Ask whoever runs this server.' });
      // Groups and addresses are often only told here; what the signed token says goes first.
      const more = configuration.serverMetadata().userinfo_endpoint === undefined ? {} : await oidc.fetchUserInfo(configuration, tokens.access_token, said.sub);
      const claims = claimsSchema.parse({ ...more, ...said });
      return {
        issuer: said.iss,
        subject: claims.sub,
        email: claims.email ?? null,
        emailVerified: claims.email !== undefined && claims.email_verified === true,
        preferredName: claims.preferred_username ?? claims.email ?? claims.name ?? null,
        claims,
      };
    } catch (error) {
      throw oidcFailure(error, this.label);
    }
  }

  /** Where the provider's own session is ended, or null where it has no such page. Comes back to this server's signed-out page. */
  async endSessionUrl(): Promise<URL | null> {
    try {
      const configuration = await this.#discover();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      return oidc.buildEndSessionUrl(configuration, { client_id: this.settings.clientId, post_logout_redirect_uri: new URL('/signin?state=signed-out', this.#origin()).href });
    } catch {
      return null;
    }
  }
}
