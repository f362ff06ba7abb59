import { PenstockError } from '#app/core/errors.ts';

const page = 65_536;
/** 4 GB: as far as 32-bit addresses reach. */
const mostPages = 65_536;
/** Bytes at the start that are left to the module itself. */
const reserved = page;

/** Memory that the threads of one training share, given out from the start to the end and never taken back. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  #next: number;
  /** Where it ends, if it may not grow. */
  readonly #end: number | null;

  /** @param within a part of a memory that has other things in it; a memory of its own otherwise, which grows as needed */
  constructor(within?: { readonly memory: WebAssembly.Memory; readonly at: number; readonly bytes: number }) {
    this.memory = within?.memory ?? new WebAssembly.Memory({ initial: 2, maximum: mostPages, shared: true });
    this.#next = within?.at ?? reserved;
    this.#end = within === undefined ? null : within.at + within.bytes;
  }

  /** Address of so many bytes, at a multiple of 64; zero at first, in a memory of its own. @throws PenstockError `training-memory` */
  take(bytes: number): number {
    const at = this.#next;
    // Loops read up to four values at a time.
    this.#next = Math.ceil((at + bytes + 16) / 64) * 64;
    if (this.#end !== null) {
      if (this.#next > this.#end) throw tooLarge();
      return at;
    }
    const missing = Math.ceil((this.#next - this.memory.buffer.byteLength) / page);
    if (missing > 0) {
      if (this.#next > mostPages * page) throw tooLarge();
      try {
        this.memory.grow(missing);
      } catch {
        throw tooLarge();
      }
    }
    return at;
  }

  get bytes(): number {
    return this.#next;
  }

  i8(at: number, length: number): Int8Array {
    return new Int8Array(this.memory.buffer, at, length);
  }

  u8(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  u16(at: number, length: number): Uint16Array {
    return new Uint16Array(this.memory.buffer, at, length);
  }

  i32(at: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, length);
  }

  i64(at: number, length: number): BigInt64Array {
    return new BigInt64Array(this.memory.buffer, at, length);
  }

  u32(at: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, length);
  }

  f32(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  f64(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  floats(values: ArrayLike<number>): number {
    const at = this.take(values.length * 4);
    this.f32(at, values.length).set(values);
    return at;
  }
}

function tooLarge(): PenstockError {
  return new PenstockError('training-memory', 'The table is too large for the tree learners, which hold it in 4 GB at most.', {
    remedy: 'Take a sample of the rows, or choose fewer features.',
  });
}
