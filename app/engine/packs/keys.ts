import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';
import { fingerprintOf, shownFingerprint } from './format.ts';

const keySchema = z.strictObject({
  publisher: z.string().min(1).max(80),
  publicKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  trustedAt: z.number(),
  /** When the user took the trust back; such a key stays in the list, so that nothing trusts it again by itself. */
  revokedAt: z.number().nullable(),
});
const fileSchema = z.strictObject({ version: z.literal(1), keys: z.array(keySchema) });
export type PublisherKey = z.output<typeof keySchema> & { readonly fingerprint: string };

/** A publisher's public key as they hand it out (`NAME.key.json`). */
export const publicKeyFileSchema = z.strictObject({ publisher: keySchema.shape.publisher, publicKey: keySchema.shape.publicKey });

/** The keys that this user trusts, in a file of theirs outside every project. */
export class PublisherKeys {
  readonly #file: string;

  constructor(configDir: string) {
    this.#file = path.join(configDir, 'packs', 'keys.json');
  }

  /** @throws PenstockError `pack-keys-damaged`. */
  list(): PublisherKey[] {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    let value: unknown = null;
    try {
      value = JSON.parse(text);
    } catch {
      // Said below.
    }
    const parsed = fileSchema.safeParse(value);
    if (!parsed.success) throw new PenstockError('pack-keys-damaged', `${this.#file} is not a list of publishers’ keys.`, { remedy: 'Remove it and trust the keys again.', place: { file: this.#file } });
    return parsed.data.keys.map((key) => ({ ...key, fingerprint: fingerprintOf(key.publicKey) }));
  }

  find(fingerprint: string): PublisherKey | null {
    return this.list().find((key) => key.fingerprint === fingerprint) ?? null;
  }

  /**
   * Trusts a key whose fingerprint the user has seen and repeats. @throws PenstockError `pack-key-fingerprint`.
   */
  async trust(key: { readonly publisher: string; readonly publicKey: string }, fingerprint: string, now = Date.now()): Promise<PublisherKey> {
    const own = fingerprintOf(key.publicKey);
    if (fingerprint.toLowerCase().replace(/[^0-9a-f]/g, '') !== own) {
      throw new PenstockError('pack-key-fingerprint', 'That is not the fingerprint of this key.', { remedy: `The key has the fingerprint ${shownFingerprint(own)}. Compare it with what the publisher says by another way; trust it only if they agree.` });
    }
    const entry = { publisher: key.publisher, publicKey: key.publicKey, trustedAt: now, revokedAt: null };
    await this.#write([...this.list().filter((one) => one.fingerprint !== own), { ...entry, fingerprint: own }]);
    return { ...entry, fingerprint: own };
  }

  /** Takes the trust back: packs that the key signed no longer load. @throws PenstockError `unknown-pack-key`. */
  async revoke(fingerprint: string, now = Date.now()): Promise<PublisherKey> {
    const wanted = fingerprint.toLowerCase().replace(/[^0-9a-f]/g, '');
    const keys = this.list();
    const found = keys.filter((key) => wanted.length >= 8 && key.fingerprint.startsWith(wanted));
    const [key] = found;
    if (key === undefined || found.length > 1) throw new PenstockError('unknown-pack-key', `There is no trusted key with the fingerprint ${fingerprint}.`, { remedy: '“penstock pack list” shows the keys.' });
    await this.#write(keys.map((one) => (one === key ? { ...one, revokedAt: now } : one)));
    return { ...key, revokedAt: now };
  }

  /** @throws PenstockError `pack-key-unknown`, `pack-key-revoked`. */
  assertTrusted(fingerprint: string, publisher: string): PublisherKey {
    const key = this.find(fingerprint);
    if (key === null) {
      throw new PenstockError('pack-key-unknown', `You do not trust the key that signed this pack. It says to be from ${publisher}; its fingerprint is ${shownFingerprint(fingerprint)}.`, { remedy: 'Compare the fingerprint with what the publisher says by another way, then trust the key with “penstock pack trust-key”.' });
    }
    if (key.revokedAt !== null) throw new PenstockError('pack-key-revoked', `You took the trust in this key of ${key.publisher} back.`, { remedy: 'Ask the publisher for a pack signed by a new key.' });
    return key;
  }

  async #write(keys: readonly PublisherKey[]): Promise<void> {
    const stored = keys.map(({ publisher, publicKey, trustedAt, revokedAt }) => ({ publisher, publicKey, trustedAt, revokedAt }));
    await writeFileAtomically(this.#file, `${JSON.stringify({ version: 1, keys: stored }, null, 2)}\n`, { mode: 0o600 });
  }
}
