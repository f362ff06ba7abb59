import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';

/**
 * Runs a query and hands over its chunks (≤ 2048 rows) in order. The result is held by DuckDB, columnar and inside its memory limit;
 * JS sees one chunk at a time. Two quicker ways are wrong: a streamed result ends silently where the query fails half-way, and
 * `list(column)` gathers row groups in whatever order the threads finish.
 */
export async function forEachChunk(
  connection: DuckDBConnection,
  sql: string,
  visit: (chunk: DuckDBDataChunk) => void,
): Promise<void> {
  const result = await connection.run(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    visit(chunk);
  }
}

/** Numbers appended block by block and joined once at the end: at most twice the final size in memory. */
export class NumberBlocks<T extends Float32Array | Float64Array> {
  readonly #make: (length: number) => T;
  readonly #blocks: T[] = [];
  #length = 0;
  #used = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
  }

  get length(): number {
    return this.#length;
  }

  /** A view for `count` further numbers, to be written by the caller. */
  next(count: number): T {
    let block = this.#blocks.at(-1);
    if (block === undefined || block.length - this.#used < count) {
      if (block !== undefined) this.#blocks[this.#blocks.length - 1] = block.subarray(0, this.#used) as T;
      block = this.#make(Math.max(count, Math.min(1 << 22, Math.max(4096, this.#length))));
      this.#blocks.push(block);
      this.#used = 0;
    }
    const view = block.subarray(this.#used, this.#used + count) as T;
    this.#used += count;
    this.#length += count;
    return view;
  }

  /** All of them; where there is a `make`, in an array that it made. */
  join(): T;
  join<U extends Float32Array | Float64Array>(make: (length: number) => U): U;
  join(make?: (length: number) => Float32Array | Float64Array): Float32Array | Float64Array {
    const last = this.#blocks.at(-1);
    if (last !== undefined) this.#blocks[this.#blocks.length - 1] = last.subarray(0, this.#used) as T;
    const only = this.#blocks.length === 1 ? this.#blocks[0] : undefined;
    if (make === undefined && only !== undefined && only.byteLength === only.buffer.byteLength) return only;
    const joined = (make ?? this.#make)(this.#length);
    let at = 0;
    for (const block of this.#blocks) {
      joined.set(block, at);
      at += block.length;
    }
    return joined;
  }
}

/** The numbers of a FLOAT or DOUBLE column without nulls, as they lie in memory; the view is valid while the chunk is. */
export function contiguousItems(chunk: DuckDBDataChunk, column: number): Float32Array | Float64Array {
  // The binding keeps the typed array private; reading it whole is what makes this 15 times quicker than row objects.
  const items: unknown = Reflect.get(chunk.getColumnVector(column), 'items');
  if (items instanceof Float32Array || items instanceof Float64Array) return items;
  throw new Error('contiguousItems: not a FLOAT or DOUBLE column');
}
