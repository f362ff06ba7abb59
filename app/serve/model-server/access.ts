import type { IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { PenstockError } from '#app/core/errors.ts';
import { tokenScopes, type ServerSettings, type TokenScope } from '#app/core/serving.ts';
import { tokenHash, type AccessToken } from '#app/store/index.ts';
import { loopback } from '../bundle-server/requests.ts';
import { RequestError } from '../bundle-server/request-error.ts';

interface Known {
  readonly scopes: readonly TokenScope[];
  readonly expiresAt: number | null;
}

/** Who may ask what. On this machine everybody may, unless the settings say otherwise; from elsewhere only holders of a token. */
export class Access {
  readonly #needsToken: boolean;
  readonly #fromFile: ReadonlyMap<string, Known>;
  readonly #control: string;
  #fromStore: ReadonlyMap<string, Known> = new Map();

  /** `control`: the secret of the server's own state file, which opens everything. */
  constructor(settings: Pick<ServerSettings, 'host' | 'needsToken' | 'tokenFile'>, fileTokens: readonly string[], control: string) {
    this.#needsToken = settings.needsToken || fileTokens.length > 0 || !loopback.has(settings.host);
    this.#fromFile = new Map(fileTokens.map((token) => [tokenHash(token), { scopes: tokenScopes, expiresAt: null }]));
    this.#control = tokenHash(control);
  }

  get needsToken(): boolean {
    return this.#needsToken;
  }

  /** Tokens as the project has them now; revoked ones are gone at once. */
  update(tokens: readonly AccessToken[]): void {
    this.#fromStore = new Map(tokens.filter(({ revokedAt }) => revokedAt === null).map(({ hash, scopes, expiresAt }) => [hash, { scopes, expiresAt }]));
  }

  /** @throws RequestError 401 `token-missing`, `token-unknown`, `token-expired`; 403 `token-scope`. */
  check(request: IncomingMessage, scope: TokenScope, now = Date.now()): void {
    if (!this.#needsToken) return;
    const given = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const refuse = (code: string, message: string, remedy: string): RequestError => new RequestError(401, code, message, { remedy, headers: { 'www-authenticate': 'Bearer' } });
    if (given === undefined) throw refuse('token-missing', 'This server answers only to those who have a token.', 'Send the header “Authorization: Bearer TOKEN”.');
    // Only hashes are compared: how long that takes says nothing about a token.
    const hash = tokenHash(given);
    if (hash === this.#control) return;
    const known = this.#fromFile.get(hash) ?? this.#fromStore.get(hash);
    if (known === undefined) throw refuse('token-unknown', 'This token is not known here, or was withdrawn.', 'Ask for a new one.');
    if (known.expiresAt !== null && known.expiresAt <= now) throw refuse('token-expired', 'This token has expired.', 'Ask for a new one.');
    if (!known.scopes.includes(scope)) throw new RequestError(403, 'token-scope', `This token does not allow “${scope}”.`, { remedy: 'Use one that does.' });
  }

  /** Whether the request comes from whoever can read the server's state file. */
  isControl(request: IncomingMessage): boolean {
    const given = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    return given !== undefined && tokenHash(given) === this.#control;
  }
}

const shortest = 16;

/** Tokens of a file, one a line; empty lines and those that begin with # are passed over. @throws PenstockError `token-file`. */
export async function readTokenFile(file: string | null): Promise<string[]> {
  if (file === null) return [];
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new PenstockError('token-file', `The file of tokens ${file} cannot be read.`, { remedy: 'Check the path and who may read it.', place: { file }, cause: error });
  });
  const tokens = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (tokens.length === 0) throw new PenstockError('token-file', `The file of tokens ${file} holds none.`, { remedy: 'Write one token a line.', place: { file } });
  const short = tokens.findIndex((token) => token.length < shortest || /\s/.test(token));
  if (short >= 0) throw new PenstockError('token-file', `Token ${short + 1} of ${file} is shorter than ${shortest} characters or holds a space.`, { remedy: 'Make tokens that cannot be guessed, as “openssl rand -base64 32” does.', place: { file } });
  return tokens;
}

/**
 * Whether a server may listen where it is asked to.
 * @throws PenstockError `server-open`: beyond this machine a token and TLS are needed.
 */
export function checkReach(settings: Pick<ServerSettings, 'host' | 'tls'>, tokens: number): void {
  if (loopback.has(settings.host)) return;
  const lacks = [...(tokens === 0 ? ['a token'] : []), ...(settings.tls === null ? ['a TLS certificate and key'] : [])];
  if (lacks.length === 0) return;
  throw new PenstockError('server-open', `The address ${settings.host} can be reached from other machines; that needs ${lacks.join(' and ')}.`, {
    remedy: 'Give --token-file (or make a token in the app) and --tls-cert with --tls-key; or leave --host out to serve this machine only.',
  });
}
