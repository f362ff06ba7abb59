/**
 * Frames between the desktop shell and the engine over a pair of byte streams (the engine's stdin and stdout).
 *
 *     u32 LE  length of what follows the length field (type + connection + payload)
 *     u8      type: 0 text (UTF-8), 1 binary, 2 open, 3 close
 *     u32 LE  connection id, chosen by the shell
 *     …       payload (empty for open and close)
 *
 * One connection is one message-port peer of the RPC library, so a window that goes away closes exactly its own calls.
 */

import { PenstockError } from '#app/core/errors.ts';

export type Frame =
  | { readonly type: 'text'; readonly connection: number; readonly text: string }
  | { readonly type: 'binary'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'open'; readonly connection: number }
  | { readonly type: 'close'; readonly connection: number };

const lengthBytes = 4;
const headerBytes = 5;
/** A page of a table is a few MB and an upload at most this; a larger length means that the stream is not frames. */
export const maxFrameBytes = 512 * 1024 * 1024;

const codes = { text: 0, binary: 1, open: 2, close: 3 } as const;
const empty = new Uint8Array(0);
const utf8Encoder = new TextEncoder();

/** One frame as bytes, ready to be written. @throws PenstockError `frame-too-large`. */
export function encodeFrame(frame: Frame): Uint8Array {
  const payload = frame.type === 'text' ? utf8Encoder.encode(frame.text) : frame.type === 'binary' ? frame.bytes : empty;
  const length = headerBytes + payload.byteLength;
  if (length > maxFrameBytes) {
    throw new PenstockError('frame-too-large', `A message of ${payload.byteLength} bytes is larger than the ${maxFrameBytes} that one message may have.`, {
      remedy: 'Ask for fewer rows at a time, or use a file on disk instead of an upload.',
    });
  }
  const out = new Uint8Array(lengthBytes + length);
  const view = new DataView(out.buffer);
  view.setUint32(0, length, true);
  view.setUint8(4, codes[frame.type]);
  view.setUint32(5, frame.connection, true);
  out.set(payload, lengthBytes + headerBytes);
  return out;
}

/**
 * Takes the stream in chunks of any size and gives the frames they complete, in order.
 * Binary payloads are copies: they stay valid after the chunk is reused.
 * @throws PenstockError `frame-damaged` on an impossible length, type or text; the stream cannot be used after that.
 */
export class FrameDecoder {
  #chunks: Uint8Array[] = [];
  #buffered = 0;

  push(chunk: Uint8Array): Frame[] {
    if (chunk.byteLength > 0) {
      this.#chunks.push(chunk);
      this.#buffered += chunk.byteLength;
    }
    const frames: Frame[] = [];
    for (;;) {
      if (this.#buffered < lengthBytes) return frames;
      const length = readUint32(this.#peek(lengthBytes), 0);
      if (length < headerBytes || length > maxFrameBytes) throw damaged(`a frame says that it is ${length} bytes long`);
      if (this.#buffered < lengthBytes + length) return frames;
      frames.push(decodeBody(this.#take(lengthBytes + length).subarray(lengthBytes)));
    }
  }

  /** Bytes of an unfinished frame; more than zero at the end of a stream means that it was cut. */
  get pending(): number {
    return this.#buffered;
  }

  #peek(count: number): Uint8Array {
    const first = this.#chunks[0] ?? empty;
    if (first.byteLength >= count) return first;
    // Joining once keeps the cost linear however small the chunks are: a joined head is at least `count` long.
    const joined = new Uint8Array(count);
    let at = 0;
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(0, count - at);
      joined.set(part, at);
      at += part.byteLength;
      if (at === count) break;
    }
    return joined;
  }

  #take(count: number): Uint8Array {
    const out = new Uint8Array(count);
    let at = 0;
    let used = 0;
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(0, count - at);
      out.set(part, at);
      at += part.byteLength;
      if (part.byteLength < chunk.byteLength) {
        this.#chunks[used] = chunk.subarray(part.byteLength);
        break;
      }
      used += 1;
      if (at === count) break;
    }
    this.#chunks.splice(0, used);
    this.#buffered -= count;
    return out;
  }
}

function decodeBody(body: Uint8Array): Frame {
  const connection = readUint32(body, 1);
  const payload = body.subarray(headerBytes);
  switch (body[0]) {
    case codes.text:
      try {
        return { type: 'text', connection, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload) };
      } catch {
        throw damaged('a text frame is not UTF-8');
      }
    case codes.binary:
      return { type: 'binary', connection, bytes: payload };
    case codes.open:
      return { type: 'open', connection };
    case codes.close:
      return { type: 'close', connection };
    default:
      throw damaged(`a frame has the unknown type ${body[0]}`);
  }
}

function readUint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}

function damaged(what: string): PenstockError {
  return new PenstockError('frame-damaged', `The connection between the window and the engine is damaged: ${what}.`, {
    remedy: 'Restart the engine; finished work is kept.',
  });
}
