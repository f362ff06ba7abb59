import { withoutEnd } from '#app/relation/emitters/duckdb/sql.ts';

const before = 'select * from (';
const after = '\n) as written';

/**
 * A person's SQL in the frame in which it runs. Everything is checked in that frame, so that a text which is something else on its own
 * – one that closes the bracket, or leaves a quote open – cannot pass.
 */
export class SqlText {
  /** What was typed. */
  readonly typed: string;
  /** The text in its frame. */
  readonly framed: string;
  /** Something other than comments follows the semicolon that ends the statement. */
  readonly hasMore: boolean;
  readonly #bytes: Buffer;

  constructor(typed: string) {
    this.typed = typed;
    const statement = withoutEnd(typed);
    this.framed = before + statement + after;
    this.hasMore = typed.slice(statement.length).replace(/--[^\n]*|\/\*[\s\S]*?\*\/|[;\s]/g, '') !== '';
    this.#bytes = Buffer.from(typed);
  }

  /** Span in what was typed, of a byte offset in the frame (`query_location` in trees); null where it is none. */
  spanAt(location: number, length: number): { start: number; end: number } | null {
    const byte = location - before.length;
    if (!Number.isSafeInteger(location) || byte < 0 || byte > this.#bytes.length) return null;
    const start = this.#bytes.subarray(0, byte).toString().length;
    return { start, end: Math.min(this.typed.length, start + Math.max(1, length)) };
  }

  /** Span of a position that counts code points of what was typed (syntax errors). */
  spanAtCodePoint(position: number, length: number): { start: number; end: number } {
    const start = Math.min(this.typed.length, [...this.typed].slice(0, position).join('').length);
    return { start, end: Math.min(this.typed.length, start + Math.max(1, length)) };
  }
}
