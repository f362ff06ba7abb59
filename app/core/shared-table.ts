/**
 * Tables of numbers that all threads see and that WebAssembly kernels work on where they lie: each in a WebAssembly memory of its own,
 * which goes with the last view of it. The first page is left to the kernels' module and to the list of rooms, numbers follow,
 * and behind them come rooms: places for what a kernel needs beside the numbers, lent and given back by any thread.
 */

const page = 65_536;
/** 4 GB: as far as 32-bit addresses reach. */
const mostPages = 65_536;
/** Numbers under which a memory of its own, which takes addresses for 4 GB, is not worth having. */
const worthMemory = 1 << 16;
/** Bytes of numbers that leave half a gigabyte for rooms. */
const mostBytes = 3.5 * 2 ** 30;

/** The list of rooms, at the end of the first page: state, first page, pages. */
const list = { at: page - 4096, slots: 256, words: 3 } as const;
const state = { empty: 0, free: 1, lent: 2 } as const;
/** Pages of the smallest room: what is given back should serve the next. */
const leastRoom = 16;

const memories = new WeakMap<ArrayBufferLike, WebAssembly.Memory>();

/**
 * So many zeros in a memory for kernels; few, and more than such a memory holds, on a plain SharedArrayBuffer.
 * @throws RangeError where there is not enough memory
 */
export function sharedFloats(length: number): Float32Array {
  const bytes = length * 4;
  if (length >= worthMemory && bytes <= mostBytes) {
    const memory = newMemory(1 + Math.ceil((bytes + 64) / page));
    if (memory !== null) {
      const { buffer } = memory;
      memories.set(buffer, memory);
      weigh(buffer);
      return new Float32Array(buffer, page, length);
    }
  }
  const buffer = new SharedArrayBuffer(bytes);
  weigh(buffer);
  return new Float32Array(buffer);
}

const weights = new WeakMap<ArrayBufferLike, ArrayBuffer>();

/**
 * Lets the garbage collector of this thread count shared memory, which V8 leaves out: hundreds of tables that nobody has any more would lie
 * about. An ArrayBuffer of the same size goes with it, whose pages, never written to, take no memory.
 */
function weigh(buffer: ArrayBufferLike): void {
  try {
    weights.set(buffer, new ArrayBuffer(buffer.byteLength));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** Null where the addresses are not to be had, as under a limit on virtual memory. */
function newMemory(pages: number): WebAssembly.Memory | null {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: mostPages, shared: true });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The memory that numbers lie in, where it is one for kernels and known to this thread. */
export const memoryOf = ({ buffer }: Pick<Float32Array, 'buffer'>): WebAssembly.Memory | null => memories.get(buffer) ?? null;

/** Memories that a message's own fields lie in, by field: they travel beside the numbers, whose buffer does not tell. */
export function memoriesOf(message: unknown): Record<string, WebAssembly.Memory> {
  const found: Record<string, WebAssembly.Memory> = {};
  if (typeof message !== 'object' || message === null) return found;
  for (const [name, value] of Object.entries(message)) {
    const memory = value instanceof Float32Array ? memoryOf(value) : null;
    if (memory !== null) found[name] = memory;
  }
  return found;
}

/** What `memoriesOf` found in another thread, made known to this one. */
export function knowMemories(message: unknown, found: Readonly<Record<string, WebAssembly.Memory>>): void {
  for (const [name, memory] of Object.entries(found)) {
    const value: unknown = Reflect.get(Object(message), name);
    if (value instanceof Float32Array) memories.set(value.buffer, memory);
  }
}

export interface Room {
  /** Its address. What is there is whatever the one before has left. */
  readonly at: number;
  readonly slot: number;
}

/** Room of so many bytes in a table's memory, until `giveRoom`; null where the memory is full. Any thread may ask. */
export function takeRoom(memory: WebAssembly.Memory, bytes: number): Room | null {
  const pages = 2 ** Math.ceil(Math.log2(Math.max(leastRoom, bytes / page)));
  const slots = slotsOf(memory);
  for (let slot = 0; slot < list.slots; slot += 1) {
    const word = slot * list.words;
    if (Atomics.load(slots, word) !== state.free || (slots[word + 2] ?? 0) < pages) continue;
    if (Atomics.compareExchange(slots, word, state.free, state.lent) === state.free) return { at: seen(memory, slots[word + 1] ?? 0), slot };
  }
  for (let slot = 0; slot < list.slots; slot += 1) {
    const word = slot * list.words;
    if (Atomics.compareExchange(slots, word, state.empty, state.lent) !== state.empty) continue;
    try {
      // Growing is atomic: what it gives is nobody else's.
      const first = memory.grow(pages);
      slots[word + 1] = first;
      slots[word + 2] = pages;
      return { at: seen(memory, first), slot };
    } catch (error) {
      Atomics.store(slots, word, state.empty);
      if (error instanceof RangeError) return null;
      throw error;
    }
  }
  return null;
}

/** Once no thread works in it any more. */
export function giveRoom(memory: WebAssembly.Memory, { slot }: Room): void {
  Atomics.store(slotsOf(memory), slot * list.words, state.free);
}

const slotsOf = (memory: WebAssembly.Memory): Int32Array => new Int32Array(memory.buffer, list.at, list.slots * list.words);

/** The address of a page; this thread's view of the memory then reaches as far as the memory does, though another one let it grow. */
function seen(memory: WebAssembly.Memory, first: number): number {
  memory.grow(0);
  return first * page;
}
