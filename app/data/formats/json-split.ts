import { formatCount } from '#app/core/units.ts';

/** Where the records are: one a line; the values of the file one after another; or the elements of the array at `path`. */
export type JsonLayout = { readonly form: 'lines' } | { readonly form: 'values' } | { readonly form: 'array'; readonly path: readonly string[] };

export class JsonFault extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** Hears of one record: its line (1-based, of its first character) and its bytes, line ends between its tokens made blanks. False ends the reading. */
export type RecordVisitor = (line: number, bytes: Buffer) => boolean;

const QUOTE = 34;
const BACKSLASH = 92;
const NEWLINE = 10;
const RETURN = 13;
const blank = (byte: number): boolean => byte === 32 || byte === 9 || byte === NEWLINE || byte === RETURN;

/**
 * Cuts JSON text into records without parsing them: only quotes and brackets are followed, so that memory holds one record at a time
 * and each keeps its line. Whether a record is JSON is for its reader to say.
 */
export class JsonSplitter {
  readonly #layout: JsonLayout;
  readonly #visit: RecordVisitor;
  readonly #maxBytes: number;
  #line = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Depth at which records lie, once known: 0 for values, that of the array for arrays. */
  #at: number | null;
  #done = false;
  #stopped = false;
  // The record under way.
  #parts: Buffer[] = [];
  #size = 0;
  #open = false;
  #startLine = 1;
  #afterComma = false;
  // The way to the array: containers entered along the path, and the key being read.
  #matched = 0;
  #key: string | null = null;
  #keyParts: Buffer[] | null = null;
  #expectKey = false;

  constructor(layout: JsonLayout, visit: RecordVisitor, maxBytes = 64 << 20) {
    this.#layout = layout;
    this.#visit = visit;
    this.#maxBytes = maxBytes;
    this.#at = layout.form === 'array' ? null : 0;
  }

  /** May overwrite line ends in `block`. False when no more is wanted. @throws JsonFault */
  push(block: Buffer): boolean {
    if (this.#stopped) return false;
    return this.#layout.form === 'lines' ? this.#pushLines(block) : this.#pushTokens(block);
  }

  /** @throws JsonFault where the text ends too early. */
  end(): void {
    if (this.#stopped) return;
    if (this.#layout.form === 'lines') {
      this.#emitLine(Buffer.alloc(0));
      return;
    }
    if (this.#inString || this.#depth > 0) throw new JsonFault(this.#open ? `the record that begins in line ${formatCount(this.#startLine)} has no end` : 'the text ends before its last bracket is closed', this.#line);
    if (this.#open) this.#emit();
    if (this.#layout.form === 'array' && !this.#done) throw new JsonFault(this.#layout.path.length === 0 ? 'there is no list' : `there is no list at “${this.#layout.path.join('.')}”`, this.#line);
  }

  #pushLines(block: Buffer): boolean {
    let from = 0;
    for (;;) {
      const to = block.indexOf(NEWLINE, from);
      if (to === -1) {
        this.#keep(block.subarray(from));
        return true;
      }
      this.#emitLine(block.subarray(from, to));
      if (this.#stopped) return false;
      this.#line += 1;
      from = to + 1;
    }
  }

  #emitLine(tail: Buffer): void {
    const whole = this.#parts.length === 0 ? tail : Buffer.concat([...this.#parts, tail]);
    this.#parts = [];
    this.#size = 0;
    let from = 0;
    let to = whole.length;
    while (from < to && blank(whole[from] ?? 0)) from += 1;
    while (to > from && blank(whole[to - 1] ?? 0)) to -= 1;
    if (from < to && !this.#visit(this.#line, whole.subarray(from, to))) this.#stopped = true;
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#size += bytes.length;
    if (this.#size > this.#maxBytes) throw new JsonFault(`a record is longer than ${this.#maxBytes >> 20} MB`, this.#open ? this.#startLine : this.#line);
    this.#parts.push(Buffer.from(bytes));
  }

  #emit(): void {
    const bytes = this.#parts.length === 1 ? (this.#parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    this.#open = false;
    if (!this.#visit(this.#startLine, bytes)) this.#stopped = true;
  }

  #pushTokens(block: Buffer): boolean {
    let start = this.#open ? 0 : -1;
    let keyStart = this.#keyParts === null ? -1 : 0;
    const finish = (to: number): void => {
      this.#keep(block.subarray(start, to));
      start = -1;
      this.#emit();
    };
    for (let i = 0; i < block.length; i += 1) {
      const byte = block[i] ?? 0;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#inString = false;
          if (this.#keyParts !== null) {
            this.#keyParts.push(Buffer.from(block.subarray(keyStart, i + 1)));
            this.#key = keyText(Buffer.concat(this.#keyParts));
            this.#keyParts = null;
          }
        } else if (byte === NEWLINE) throw new JsonFault('a text does not end on its line: a quote is missing', this.#line);
        continue;
      }
      if (byte === NEWLINE || byte === RETURN) {
        if (byte === NEWLINE) this.#line += 1;
        if (this.#open) {
          if (this.#at === 0 && this.#depth === 0) {
            finish(i);
            if (this.#stopped) return false;
          } else block[i] = 32;
        }
        continue;
      }
      if (byte === 32 || byte === 9) {
        if (this.#open && this.#at === 0 && this.#depth === 0) {
          finish(i);
          if (this.#stopped) return false;
        }
        continue;
      }
      if (this.#at !== null && !this.#done && !this.#open && this.#depth === this.#at) {
        // Between records.
        if (this.#at > 0 && byte === 93) {
          if (this.#afterComma) throw new JsonFault('a comma is followed by no value', this.#line);
          this.#depth -= 1;
          this.#done = true;
          continue;
        }
        if (byte === 44) throw new JsonFault('a comma stands where a value is expected', this.#line);
        this.#open = true;
        this.#startLine = this.#line;
        this.#afterComma = false;
        start = i;
      }
      switch (byte) {
        case QUOTE:
          this.#inString = true;
          if (this.#at === null && this.#expectKey && this.#onPath()) {
            this.#keyParts = [];
            keyStart = i;
          }
          break;
        case 123:
        case 91:
          if (this.#at === null && this.#enter(byte === 91)) {
            this.#depth += 1;
            this.#at = this.#depth;
            break;
          }
          this.#depth += 1;
          break;
        case 125:
        case 93:
          if (this.#open && this.#at !== null && this.#at > 0 && this.#depth === this.#at) {
            if (byte === 125) throw new JsonFault('a bracket } closes a list that [ opened', this.#line);
            finish(i);
            this.#depth -= 1;
            this.#done = true;
            if (this.#stopped) return false;
            break;
          }
          this.#depth -= 1;
          if (this.#depth < 0) throw new JsonFault('a bracket is closed that was never opened', this.#line);
          if (this.#open && this.#at === 0 && this.#depth === 0) {
            finish(i + 1);
            if (this.#stopped) return false;
          }
          if (this.#at === null && this.#depth <= this.#matched) this.#matched = Math.max(0, this.#depth - 1);
          break;
        case 44:
          if (this.#open && this.#at !== null && this.#at > 0 && this.#depth === this.#at) {
            finish(i);
            this.#afterComma = true;
            if (this.#stopped) return false;
          } else if (this.#at === null && this.#onPath()) {
            this.#expectKey = true;
            this.#key = null;
          }
          break;
        case 58:
          if (this.#onPath()) this.#expectKey = false;
          break;
        default:
          break;
      }
    }
    if (this.#open && start !== -1) this.#keep(block.subarray(start));
    if (this.#keyParts !== null) this.#keyParts.push(Buffer.from(block.subarray(keyStart)));
    return true;
  }

  /** Whether the container we are directly in lies on the way to the array. */
  #onPath(): boolean {
    return this.#depth === this.#matched + 1;
  }

  /** A container opens while the array is still to be found: true when it is the array. */
  #enter(list: boolean): boolean {
    const path = this.#layout.form === 'array' ? this.#layout.path : [];
    if (this.#depth === 0) {
      if (path.length === 0) {
        if (!list) throw new JsonFault('the text is one object, not a list', this.#line);
        return true;
      }
      if (list) throw new JsonFault('the text is a list, so there is no path to follow', this.#line);
      this.#expectKey = true;
      return false;
    }
    if (!this.#onPath() || this.#key === null || this.#key !== path[this.#matched]) return false;
    const last = this.#matched === path.length - 1;
    if (last) {
      if (!list) throw new JsonFault(`“${path.join('.')}” is an object, not a list`, this.#line);
      return true;
    }
    if (list) return false;
    this.#matched += 1;
    this.#expectKey = true;
    this.#key = null;
    return false;
  }
}

function keyText(bytes: Buffer): string | null {
  try {
    const key: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof key === 'string' ? key : null;
  } catch {
    return null;
  }
}
