import type { WordCodes } from '#app/relation/emitters/onnx/graph.ts';

/**
 * Repeated fields of the protobuf wire format (https://protobuf.dev/programming-guides/encoding), each written once into bytes of the right
 * size: the attributes of a large forest are gigabytes, of which every copy counts.
 */

const utf8 = new TextEncoder();
const lengthDelimited = 2;

function varintSize(value: number): number {
  if (value < 0) return 10;
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}

/** Writes any safe integer as a varint; below zero as the ten bytes of its 64-bit two's complement. @returns where the next byte goes */
function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let end = at;
  if (value < 0) {
    for (let rest = BigInt.asUintN(64, BigInt(value)), more = true; more; rest >>= 7n) {
      more = rest > 127n;
      bytes[end++] = Number(rest & 127n) | (more ? 128 : 0);
    }
    return end;
  }
  let rest = value;
  while (rest > 127) {
    bytes[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[end++] = rest;
  return end;
}

/** `head`, and behind it a field with `size` bytes of content, still to be written from `at` on. */
function withField(head: Uint8Array, number: number, size: number): { readonly bytes: Uint8Array; readonly at: number } {
  const tag = number * 8 + lengthDelimited;
  const bytes = new Uint8Array(head.length + varintSize(tag) + varintSize(size) + size);
  bytes.set(head);
  return { bytes, at: writeVarint(bytes, writeVarint(bytes, head.length, tag), size) };
}

/** `head` with a repeated int64 field behind it, packed; without where there are no values. Integers must be safe. */
export function withInts(head: Uint8Array, number: number, values: ArrayLike<number>): Uint8Array {
  if (values.length === 0) return Uint8Array.from(head);
  let size = 0;
  for (let i = 0; i < values.length; i += 1) size += varintSize(values[i] as number);
  const { bytes, at } = withField(head, number, size);
  for (let i = 0, to = at; i < values.length; i += 1) to = writeVarint(bytes, to, values[i] as number);
  return bytes;
}

/** The same of a repeated float field. */
export function withFloats(head: Uint8Array, number: number, values: ArrayLike<number>): Uint8Array {
  if (values.length === 0) return Uint8Array.from(head);
  const { bytes, at } = withField(head, number, values.length * 4);
  const content = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i += 1) content.setFloat32(at + i * 4, values[i] as number, true);
  return bytes;
}

/** The same of a repeated string (or bytes) field, which is never packed. */
export function withStrings(head: Uint8Array, number: number, values: readonly string[] | WordCodes): Uint8Array {
  const encoded = ('words' in values ? values.words : values).map((word) => {
    const content = utf8.encode(word);
    const { bytes, at } = withField(new Uint8Array(), number, content.length);
    bytes.set(content, at);
    return bytes;
  });
  const order: Iterable<Uint8Array> & { readonly length: number } = 'words' in values ? { length: values.codes.length, *[Symbol.iterator]() { for (const code of values.codes) yield encoded[code] ?? new Uint8Array(); } } : encoded;
  let size = head.length;
  for (const bytes of order) size += bytes.length;
  const all = new Uint8Array(size);
  all.set(head);
  let at = head.length;
  for (const bytes of order) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}
