import type { WordCodes } from '#app/relation/emitters/onnx/graph.ts';

const utf8 = new TextEncoder();

/** Growing bytes of the protobuf wire format (https://protobuf.dev/programming-guides/encoding). */
class Wire {
  private bytes: Uint8Array;
  private end = 0;

  constructor(room: number) {
    this.bytes = new Uint8Array(Math.max(16, room));
  }

  /** Any safe integer as a varint; below zero as the ten bytes of its 64-bit two's complement. */
  varint(value: number): void {
    this.reserve(10);
    if (value < 0) {
      for (let rest = BigInt.asUintN(64, BigInt(value)), more = true; more; rest >>= 7n) {
        more = rest > 127n;
        this.bytes[this.end++] = Number(rest & 127n) | (more ? 128 : 0);
      }
      return;
    }
    let rest = value;
    while (rest > 127) {
      this.bytes[this.end++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.end++] = rest;
  }

  append(values: Uint8Array): void {
    this.reserve(values.length);
    this.bytes.set(values, this.end);
    this.end += values.length;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.end);
  }

  private reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.end + more, this.bytes.length * 2));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

const lengthDelimited = 2;

function field(number: number, content: Uint8Array): Uint8Array {
  const wire = new Wire(content.length + 12);
  wire.varint(number * 8 + lengthDelimited);
  wire.varint(content.length);
  wire.append(content);
  return wire.finish();
}

/** A repeated int64 field, packed. Empty for no values. Integers must be safe. */
export function packedInts(number: number, values: ArrayLike<number>): Uint8Array {
  if (values.length === 0) return new Uint8Array();
  const wire = new Wire(values.length);
  for (let i = 0; i < values.length; i += 1) wire.varint(values[i] as number);
  return field(number, wire.finish());
}

/** A repeated float field, packed. Empty for no values. */
export function packedFloats(number: number, values: ArrayLike<number>): Uint8Array {
  if (values.length === 0) return new Uint8Array();
  const content = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i += 1) content.setFloat32(i * 4, values[i] as number, true);
  return field(number, new Uint8Array(content.buffer));
}

/** A repeated string (or bytes) field. */
export function repeatedStrings(number: number, values: readonly string[] | WordCodes): Uint8Array {
  const encoded = ('words' in values ? values.words : values).map((word) => field(number, utf8.encode(word)));
  const wire = new Wire(16);
  if ('words' in values) for (const code of values.codes) wire.append(encoded[code] ?? new Uint8Array());
  else for (const bytes of encoded) wire.append(bytes);
  return wire.finish();
}
