import { createHash, randomBytes } from 'node:crypto';

/** A sign-in that went to the provider and has not come back. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Path of this server to go on to. */
  readonly next: string;
  /** Code of the invitation that this sign-in answers. */
  readonly invitation: string | null;
}

/** As long as somebody may take at the provider, second factor and all. */
export const pendingMs = 10 * 60_000;
/** Sign-ins under way at most; the oldest is given up for a new one, so that nobody can fill the memory. */
const mostPending = 10_000;

function key(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

/** Sign-ins under way, in memory: after a restart of the server people begin anew. Each can be taken once. */
export class PendingSignIns {
  readonly #byKey = new Map<string, PendingSignIn & { readonly until: number }>();
  readonly #now: () => number;
  readonly #most: number;

  constructor(now: () => number = Date.now, most = mostPending) {
    this.#now = now;
    this.#most = most;
  }

  /** Remembers a sign-in; gives what only the browser that began it will know. */
  add(pending: PendingSignIn): string {
    const now = this.#now();
    for (const [old, { until }] of this.#byKey) {
      // A map keeps the order of insertion, and all wait equally long: the first ones are the oldest.
      if (until > now && this.#byKey.size < this.#most) break;
      this.#byKey.delete(old);
    }
    const id = randomBytes(32).toString('base64url');
    this.#byKey.set(key(id), { ...pending, until: now + pendingMs });
    return id;
  }

  /** The sign-in of this browser, which is then forgotten whatever comes of it: an answer cannot be played back. */
  take(id: string | null): PendingSignIn | null {
    if (id === null) return null;
    const found = this.#byKey.get(key(id));
    if (found === undefined) return null;
    this.#byKey.delete(key(id));
    return found.until > this.#now() ? found : null;
  }

  get size(): number {
    return this.#byKey.size;
  }
}
