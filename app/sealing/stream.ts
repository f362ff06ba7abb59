import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { PenstockError } from '#app/core/errors.ts';

/**
 * Whole files by chunks of AES-256-GCM: the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár 2015, “Online
 * Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance”). A chunk's nonce is the file's prefix, the chunk's number and a flag
 * that only the last one has, so that chunks cannot be dropped, doubled, moved or cut off unnoticed. Each file has its own key, made by
 * HKDF from the project's key and the file's salt; no nonce is ever used twice under one key.
 *
 *     header  24 bytes  “PNSK”, version 1, kind (1 whole file, 2 log), 2 × 0, salt of 16 bytes
 *     chunk   up to 65536 bytes of content, encrypted, and a tag of 16 bytes; the header is authenticated with each
 */

export const chunkBytes = 65_536;
export const headerBytes = 24;
export const tagBytes = 16;
const mostChunks = 2 ** 32;
const magic = Buffer.from('PNSK\x01', 'latin1');

export type SealedKind = 'file' | 'log';
const kindByte: Readonly<Record<SealedKind, number>> = { file: 1, log: 2 };

/** What a sealed file was made as, or null for any other. Looks at the first bytes only. */
export function sealedKind(head: Uint8Array): SealedKind | null {
  if (head.length < headerBytes || !magic.every((byte, i) => head[i] === byte)) return null;
  return head[5] === kindByte.file ? 'file' : head[5] === kindByte.log ? 'log' : null;
}

export function newHeader(kind: SealedKind): Buffer {
  return Buffer.concat([magic, Buffer.from([kindByte[kind], 0, 0]), randomBytes(16)]);
}

/** Key and nonce prefix of one file. `key`: the project's, 32 bytes. */
export function fileKeys(key: Uint8Array, header: Uint8Array): { readonly key: Buffer; readonly prefix: Buffer } {
  const made = Buffer.from(hkdfSync('sha256', key, header.subarray(8, headerBytes), 'penstock/file/1', 39));
  return { key: made.subarray(0, 32), prefix: made.subarray(32) };
}

function nonceOf(prefix: Uint8Array, index: number, isLast: boolean): Buffer {
  if (index >= mostChunks) throw new RangeError('sealed file: too many chunks');
  const nonce = Buffer.alloc(12);
  nonce.set(prefix, 0);
  nonce.writeUInt32BE(index, 7);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Encrypts chunk by chunk; feed it whole chunks of `chunkBytes`, and the rest (which may be empty) as the last. */
export class Sealer {
  readonly header: Buffer;
  readonly #keys: { readonly key: Buffer; readonly prefix: Buffer };
  #index = 0;

  constructor(key: Uint8Array) {
    this.header = newHeader('file');
    this.#keys = fileKeys(key, this.header);
  }

  chunk(content: Uint8Array, isLast: boolean): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#keys.key, nonceOf(this.#keys.prefix, this.#index, isLast)).setAAD(this.header);
    this.#index += 1;
    return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  }
}

/** The other way. @throws PenstockError `sealed-damaged` for a chunk that is not what was written in its place. */
export class Unsealer {
  readonly #header: Uint8Array;
  readonly #keys: { readonly key: Buffer; readonly prefix: Buffer };
  readonly #file: string;
  #index = 0;

  constructor(key: Uint8Array, header: Uint8Array, file: string) {
    this.#header = header;
    this.#keys = fileKeys(key, header);
    this.#file = file;
  }

  chunk(sealed: Uint8Array, isLast: boolean): Buffer {
    if (sealed.length < tagBytes) throw damaged(this.#file);
    const decipher = createDecipheriv('aes-256-gcm', this.#keys.key, nonceOf(this.#keys.prefix, this.#index, isLast)).setAAD(this.#header);
    this.#index += 1;
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
    } catch (error) {
      throw damaged(this.#file, error);
    }
  }
}

/** A whole file in memory. */
export function sealBytes(key: Uint8Array, content: Uint8Array): Buffer {
  const sealer = new Sealer(key);
  const parts: Buffer[] = [sealer.header];
  let from = 0;
  for (; content.length - from > chunkBytes; from += chunkBytes) parts.push(sealer.chunk(content.subarray(from, from + chunkBytes), false));
  parts.push(sealer.chunk(content.subarray(from), true));
  return Buffer.concat(parts);
}

/** @throws PenstockError `sealed-damaged` for anything but the whole of what `sealBytes` gave under this key. `file` is for the message. */
export function unsealBytes(key: Uint8Array, sealed: Uint8Array, file: string): Buffer {
  if (sealedKind(sealed) !== 'file') throw damaged(file);
  const unsealer = new Unsealer(key, sealed.subarray(0, headerBytes), file);
  const whole = chunkBytes + tagBytes;
  const parts: Buffer[] = [];
  let from = headerBytes;
  for (; sealed.length - from > whole; from += whole) parts.push(unsealer.chunk(sealed.subarray(from, from + whole), false));
  parts.push(unsealer.chunk(sealed.subarray(from), true));
  return Buffer.concat(parts);
}

export function damaged(file: string, cause?: unknown): PenstockError {
  return new PenstockError('sealed-damaged', `The encrypted file ${file} was changed or cut short, or belongs to another project.`, {
    remedy: 'It was left as it is; put it back from a backup.',
    place: { file },
    cause,
  });
}
