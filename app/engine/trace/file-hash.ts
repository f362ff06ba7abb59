import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Files up to this size are hashed after a run; of larger ones the size and time of the last change stand for the content. */
export const hashedUpTo = 256 * 1024 * 1024;

/** SHA-256 of a file whose size and time are still those given; null where it changed, went away, or is too large. */
export async function hashUnchanged(file: string, known: { readonly bytes: number; readonly modifiedAt: number }, signal: AbortSignal): Promise<string | null> {
  if (known.bytes > hashedUpTo) return null;
  try {
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash, { signal });
    const after = await stat(file);
    return after.size === known.bytes && after.mtimeMs === known.modifiedAt ? hash.digest('hex') : null;
  } catch {
    return null;
  }
}
