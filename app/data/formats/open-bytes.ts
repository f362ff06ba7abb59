import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { CancelledError, PenstockError } from '#app/core/errors.ts';

/** @throws PenstockError `file-missing`, also for a folder. */
export async function requireFile(path: string): Promise<{ size: number }> {
  const info = await stat(path).catch((cause: unknown) => missing(path, cause));
  if (!info.isFile()) missing(path, undefined);
  return { size: info.size };
}

function missing(path: string, cause: unknown): never {
  throw new PenstockError('file-missing', `The file ${path} does not exist.`, { remedy: 'Check the path, or choose the file again.', place: { file: path }, cause });
}

export async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * The file's bytes in blocks of up to 1 MB, unpacked where it is gzip or Zstandard (told by its first bytes, not by its name); UTF-16 with
 * a byte-order mark comes out as UTF-8. Byte-order marks are dropped.
 * @throws PenstockError `file-damaged` for a packed file that is cut off; CancelledError.
 */
export async function* openUtf8(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | null = null;
  let started = false;
  for await (const block of unpacked(path, signal)) {
    let bytes = block;
    if (!started) {
      started = true;
      if (bytes[0] === 0xff && bytes[1] === 0xfe) decoder = new TextDecoder('utf-16le');
      else if (bytes[0] === 0xfe && bytes[1] === 0xff) decoder = new TextDecoder('utf-16be');
      else if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    }
    yield decoder === null ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }), 'utf8');
  }
}

async function* unpacked(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const magic = await firstBytes(path, 4);
  const raw = createReadStream(path, { highWaterMark: 1 << 20 });
  const unpack = magic[0] === 0x1f && magic[1] === 0x8b ? createGunzip({ chunkSize: 1 << 20 }) : magic.length < 4 || magic.readUInt32LE(0) !== 0xfd2fb528 ? null : createZstdDecompress({ chunkSize: 1 << 20 });
  const stream: Readable = unpack === null ? raw : pipeline(raw, unpack, () => {});
  const stop = () => stream.destroy(new CancelledError());
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const block of stream) yield block as Buffer;
  } catch (cause) {
    if (signal?.aborted) throw new CancelledError();
    if (unpack === null) throw cause;
    throw new PenstockError('file-damaged', `${path} is a compressed file that is damaged or cut off.`, { remedy: 'Fetch or compress the file again.', place: { file: path }, cause });
  } finally {
    signal?.removeEventListener('abort', stop);
    raw.destroy();
    stream.destroy();
  }
}
