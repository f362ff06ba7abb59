/**
 * What goes to a script's child process and comes back, over its standard input and output: columns as they lie in memory, never rows
 * as objects. No imports: the child loads this file under Node's permission model.
 *
 * Request: u32 length, JSON header, then the parts of all columns in order. Answer: messages of u8 kind, u32 length, payload.
 * All numbers are little-endian. Numbers and booleans are one part of float64 (NaN is missing); text is parts of JSON arrays.
 */

/** Rows of text in one part. */
export const textRows = 65_536;

export interface SentColumn {
  readonly name: string;
  readonly type: string;
  /** Bytes of each part. */
  readonly parts: readonly number[];
}

export interface SentTable {
  readonly rows: number;
  readonly columns: readonly SentColumn[];
}

export interface RequestHeader {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
  readonly seed: number;
  readonly maxRows: number;
  readonly maxColumns: number;
  readonly maxLines: number;
  readonly maxLineLength: number;
  readonly tables: readonly SentTable[];
}

export const messageKind = { log: 1, failure: 2, result: 3, part: 4 } as const;

/** How a column comes back; the engine decides about its type. `empty`: all values are missing, no parts. */
export type ReturnedKind = 'numbers' | 'booleans' | 'texts' | 'dates' | 'empty';

export function encodeHeader(header: RequestHeader): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(4 + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  return bytes;
}

export function encodeMessage(kind: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  view.setUint32(1, payload.length, true);
  bytes.set(payload, 5);
  return bytes;
}

/** Cuts a stream of bytes into messages, however they arrive. */
export class MessageReader {
  readonly #take: (kind: number, payload: Uint8Array) => void;
  readonly #largest: number;
  #head = new Uint8Array(5);
  #headUsed = 0;
  #payload: Uint8Array | null = null;
  #used = 0;

  /** @param largest bytes of one message that are believed; more is a broken child. */
  constructor(largest: number, take: (kind: number, payload: Uint8Array) => void) {
    this.#largest = largest;
    this.#take = take;
  }

  /** @throws RangeError for a message that is too large. */
  add(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payload === null) {
        const count = Math.min(5 - this.#headUsed, chunk.length - at);
        this.#head.set(chunk.subarray(at, at + count), this.#headUsed);
        this.#headUsed += count;
        at += count;
        if (this.#headUsed < 5) return;
        const length = new DataView(this.#head.buffer).getUint32(1, true);
        if (length > this.#largest) throw new RangeError('message too large');
        this.#payload = new Uint8Array(length);
        this.#used = 0;
      }
      const payload = this.#payload;
      const count = Math.min(payload.length - this.#used, chunk.length - at);
      payload.set(chunk.subarray(at, at + count), this.#used);
      this.#used += count;
      at += count;
      if (this.#used < payload.length) return;
      this.#payload = null;
      this.#headUsed = 0;
      this.#take(this.#head[0] ?? 0, payload);
    }
  }
}
