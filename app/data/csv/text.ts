import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { Readable, pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { CsvDialect } from '#app/sdk/node.ts';
import { csvError, wrongEncoding } from './errors.ts';

export type CsvEncoding = CsvDialect['encoding'];

/** @throws PenstockError `file-missing`, also for a folder. */
export async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch((cause: unknown) => missing(path, cause));
  if (!found.isFile()) missing(path, undefined);
  return found.size;
}

function missing(path: string, cause: unknown): never {
  throw new PenstockError('file-missing', `The file ${path} does not exist.`, {
    remedy: 'Check the path, or choose the file again.',
    place: { file: path },
    cause,
  });
}

/** The file's bytes in blocks of up to 1 MB, unpacked where it is gzip or zstd (told by its first bytes, not by its name). */
export async function* openBytes(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const packing = await packingOf(path);
  const raw = createReadStream(path, { highWaterMark: 1 << 20 });
  const unpack = packing === 'gzip' ? createGunzip({ chunkSize: 1 << 20 }) : packing === 'zstd' ? createZstdDecompress({ chunkSize: 1 << 20 }) : null;
  const stream: Readable = unpack === null ? raw : pipeline(raw, unpack, () => {});
  const stop = () => stream.destroy(new PenstockError('cancelled', 'Cancelled.'));
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const block of stream) yield block as Buffer;
  } catch (cause) {
    if (packing === null || (cause instanceof PenstockError && cause.code === 'cancelled')) throw cause;
    throw csvError(`csv-${packing}`, path, 'the compressed file is damaged or cut off.', 'Fetch or compress the file again.', { cause });
  } finally {
    signal?.removeEventListener('abort', stop);
    raw.destroy();
    stream.destroy();
  }
}

/** How the file is compressed, by its first bytes. */
export async function packingOf(path: string): Promise<'gzip' | 'zstd' | null> {
  const [a, b, c, d] = await firstBytes(path, 4);
  if (a === 0x1f && b === 0x8b) return 'gzip';
  return a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd ? 'zstd' : null;
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of createReadStream(path, { end: count - 1 })) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Up to `limit` bytes from the start, and whether that is all. */
export async function readStart(path: string, limit: number, signal?: AbortSignal): Promise<{ bytes: Buffer; whole: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const block of openBytes(path, signal)) {
    parts.push(block);
    size += block.length;
    if (size > limit) return { bytes: Buffer.concat(parts).subarray(0, limit), whole: false };
  }
  return { bytes: Buffer.concat(parts), whole: true };
}

/**
 * Byte-order mark first; then UTF-16 by its zero bytes; then UTF-8 if the bytes are valid UTF-8; else Latin-1 (read as
 * Windows-1252, its superset in practice).
 */
export function guessEncoding(start: Buffer): CsvEncoding {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8';
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) return 'utf-16';
  const zeros = zeroShares(start);
  if (zeros.even > 0.3 !== zeros.odd > 0.3) return 'utf-16';
  // The sample may end inside a character of up to four bytes.
  for (let cut = 0; cut < 4 && cut <= start.length; cut += 1) if (isUtf8(start.subarray(0, start.length - cut))) return 'utf-8';
  return 'latin-1';
}

function zeroShares(start: Buffer): { even: number; odd: number } {
  const pairs = Math.min(start.length, 4096) >> 1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs; i += 1) {
    if (start[2 * i] === 0) even += 1;
    if (start[2 * i + 1] === 0) odd += 1;
  }
  return pairs === 0 ? { even: 0, odd: 0 } : { even: even / pairs, odd: odd / pairs };
}

/** A decoder for the file whose first bytes are given; byte-order marks are dropped. */
export function textDecoder(encoding: CsvEncoding, start: Uint8Array, fatal = false): TextDecoder {
  if (encoding === 'latin-1') return new TextDecoder('windows-1252', { fatal });
  if (encoding === 'utf-8') return new TextDecoder('utf-8', { fatal });
  const big = (start[0] === 0xfe && start[1] === 0xff) || (start[0] === 0 && start[1] !== 0);
  return new TextDecoder(big ? 'utf-16be' : 'utf-16le', { fatal });
}

/** `bytes` from `offset` on; fewer at the end of the file. */
export async function readBlock(path: string, offset: number, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of createReadStream(path, { start: offset, end: offset + bytes - 1 })) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Text without its first `count` lines (which end with LF, CR LF or CR). */
export async function* withoutLines(pieces: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let left = count;
  let afterCR = false;
  for await (const piece of pieces) {
    let at = 0;
    while ((left > 0 || afterCR) && at < piece.length) {
      const code = piece.charCodeAt(at);
      if (afterCR) {
        afterCR = false;
        if (code === 10) {
          at += 1;
          continue;
        }
      }
      if (left === 0) break;
      if (code === 10 || code === 13) left -= 1;
      afterCR = code === 13;
      at += 1;
    }
    if (at < piece.length) yield at === 0 ? piece : piece.slice(at);
  }
}

/**
 * The file as text, piece by piece. Bytes that are not of the encoding come out as U+FFFD, or with `strict` fail.
 * @throws PenstockError `csv-encoding` with the line.
 */
export async function* openText(path: string, encoding: CsvEncoding, signal?: AbortSignal, strict = false): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let lines = 1;
  try {
    for await (const block of openBytes(path, signal)) {
      decoder ??= textDecoder(encoding, block, strict);
      const text = decoder.decode(block, { stream: true });
      if (strict) lines += text.split('\n').length - 1;
      yield text;
    }
    const tail = decoder?.decode() ?? '';
    if (tail !== '') yield tail;
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw thrown;
    throw wrongEncoding(path, encoding, `after line ${formatCount(lines)}`);
  }
}
