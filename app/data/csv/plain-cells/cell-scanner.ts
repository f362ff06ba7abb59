/**
 * Looks at every cell of a delimited text, as bytes, and says which columns hold nothing but plain spellings of their type: the ones that
 * DuckDB's reader and our strict casts (`strict-cast.ts`) take for the same value. Reads about 1 GB a second and thread.
 *
 * Only clean RFC 4180 counts as plain text: records of one width, one kind of line end, quotes only around whole cells. Whatever is
 * otherwise may be in order too, but then another reader has to say so.
 */
export const cellKinds = { text: 0, integer: 1, float: 2, date: 3, timestamp: 4, boolean: 5 } as const;
export type CellKind = (typeof cellKinds)[keyof typeof cellKinds];

export interface CellLayout {
  /** One a column, in the order of the file. */
  readonly kinds: readonly CellKind[];
  /** One byte. */
  readonly delimiter: number;
  /** One byte; -1: values are never quoted. */
  readonly quote: number;
  /** Missing values beside the empty one, as UTF-8. */
  readonly nullWords: readonly Uint8Array[];
}

/** Bytes that have to be there, and writable, behind the end of what is scanned. */
export const scanPadding = 64;

const feed = 10;
const carriage = 13;
const space = 32;
const plus = 43;
const minus = 45;
const point = 46;
const colon = 58;
const letterT = 84;
/** 18 digits fit 64 bits whatever they are. */
const mostDigits = 18;
/** Longer numbers are left to the casts. */
const longestFloat = 40;
/** What `stop` says of a byte: it goes on, it may end a cell, it may not stand in one. */
const ends = 1;
const breaks = 2;

export class CellScanner {
  /** 1 for a column with a cell that is not plain. */
  readonly odd: Uint8Array;
  /** Records without blank lines (in a text of one column, with them). */
  rows = 0;
  /** Bytes that end a line; 0: none was seen. */
  lineEnd = 0;
  readonly #layout: CellLayout;
  readonly #kinds: Uint8Array;
  readonly #stop = new Uint8Array(256);

  constructor(layout: CellLayout) {
    this.#layout = layout;
    this.#kinds = Uint8Array.from(layout.kinds);
    this.odd = new Uint8Array(layout.kinds.length);
    this.#stop[0] = breaks;
    this.#stop[feed] = ends;
    this.#stop[carriage] = ends;
    if (layout.quote >= 0) this.#stop[layout.quote] = breaks;
    this.#stop[layout.delimiter] = ends;
  }

  /**
   * Scans records that begin before `until`. Overwrites the byte at `end`. With `final`, the text ends at `end`, and its last line may
   * lack a line end. @param most stops after so many records (for a header, whose cells are text: `header` true)
   * @returns where the first record begins that was not scanned because it goes on beyond `end`, or lies behind `until`; -1: the text is not plain.
   */
  scan(bytes: Uint8Array, from: number, end: number, until: number, final: boolean, header = false): number {
    const { delimiter, quote } = this.#layout;
    const stop = this.#stop;
    const kinds = this.#kinds;
    const width = kinds.length;
    bytes[end] = feed;
    let i = from;
    for (;;) {
      const record = i;
      if (i >= end || i >= until) return i;
      if (width > 1 && (bytes[i] === feed || bytes[i] === carriage)) {
        if (header) return -1;
        i = this.#lineEnd(bytes, i, end, final);
        if (i < 0) return i === -2 ? record : -1;
        continue;
      }
      for (let column = 0; column < width; column += 1) {
        const start = i;
        let byte = bytes[i] as number;
        const kind = header ? cellKinds.text : (kinds[column] as number);
        if (kind !== cellKinds.text && stop[byte] !== ends) {
          let after: number;
          if (byte === quote) after = quotedEnd(bytes, i, kind, quote);
          else if (kind === cellKinds.integer) after = integerEnd(bytes, i);
          else if (kind === cellKinds.float) after = floatEnd(bytes, i);
          else after = plainEnd(bytes, i, kind);
          if (after >= 0 && stop[bytes[after] as number] === ends) i = after;
          else {
            // The end of the cell by the rules for text; then it is seen whether it was a word for a missing value.
            i = this.#textEnd(bytes, i, end);
            if (i >= end && !final) return record;
            if (i < 0) return -1;
            if (!this.#isMissing(bytes, start, i)) this.odd[column] = 1;
          }
        } else if (byte === quote) {
          i = this.#textEnd(bytes, i, end);
          if (i >= end && !final) return record;
          if (i < 0) return -1;
        } else {
          while (stop[byte] === 0) byte = bytes[++i] as number;
        }
        if (i >= end) {
          if (!final) return record;
          if (i > end) return -1;
        }
        byte = bytes[i] as number;
        if (stop[byte] !== ends) return -1;
        if (column < width - 1) {
          if (byte !== delimiter) return -1;
          i += 1;
        } else {
          if (byte === delimiter) return -1;
          i = this.#lineEnd(bytes, i, end, final);
          if (i < 0) return i === -2 ? record : -1;
        }
      }
      if (header) return i;
      this.rows += 1;
    }
  }

  /** Past the line end at `i`. -1: another kind than before; -2: it goes on beyond `end`. */
  #lineEnd(bytes: Uint8Array, i: number, end: number, final: boolean): number {
    let size = 1;
    if (bytes[i] === carriage) {
      if (i + 1 >= end && !final) return -2;
      // The mark behind the end is a line feed too, but none of the text.
      if (i + 1 >= end || bytes[i + 1] !== feed) return -1;
      size = 2;
    } else if (i >= end) return i;
    if (this.lineEnd === 0) this.lineEnd = size;
    return this.lineEnd === size ? i + size : -1;
  }

  /** Where a cell of any text ends; -1: its quotes are not around the whole of it. May be beyond `end`, where it is not closed. */
  #textEnd(bytes: Uint8Array, from: number, end: number): number {
    const { quote } = this.#layout;
    const stop = this.#stop;
    let i = from;
    if (bytes[i] !== quote) {
      while (stop[bytes[i] as number] === 0) i += 1;
      return stop[bytes[i] as number] === ends ? i : -1;
    }
    for (;;) {
      i += 1;
      while (i < end && bytes[i] !== quote && bytes[i] !== 0) i += 1;
      // Not closed: one more than the end, which no closed cell comes to.
      if (i >= end) return end + 1;
      if (bytes[i] === 0) return -1;
      i += 1;
      if (bytes[i] !== quote || i >= end) break;
    }
    return stop[bytes[i] as number] === ends ? i : -1;
  }

  #isMissing(bytes: Uint8Array, start: number, end: number): boolean {
    const isQuoted = bytes[start] === this.#layout.quote;
    const from = isQuoted ? start + 1 : start;
    const to = isQuoted ? end - 1 : end;
    return to === from || this.#layout.nullWords.some((word) => word.length === to - from && word.every((byte, at) => byte === bytes[from + at]));
  }

}

/** Past a plain spelling of a kind; -1: there is none. */
function plainEnd(bytes: Uint8Array, from: number, kind: number): number {
  switch (kind) {
    case cellKinds.integer:
      return integerEnd(bytes, from);
    case cellKinds.float:
      return floatEnd(bytes, from);
    case cellKinds.date:
      return dateEnd(bytes, from);
    case cellKinds.timestamp:
      return timestampEnd(bytes, from);
    default:
      return booleanEnd(bytes, from);
  }
}

/** Past a plain spelling in quotes. */
function quotedEnd(bytes: Uint8Array, from: number, kind: number, quote: number): number {
  const after = plainEnd(bytes, from + 1, kind);
  return after >= 0 && bytes[after] === quote ? after + 1 : -1;
}

/** Past the digits from a place on. Bytes below "0" become large where they are taken for unsigned. */
function digitsEnd(bytes: Uint8Array, from: number): number {
  let i = from;
  while (((bytes[i] as number) - 48) >>> 0 < 10) i += 1;
  return i;
}

function integerEnd(bytes: Uint8Array, from: number): number {
  const start = bytes[from] === minus ? from + 1 : from;
  const i = digitsEnd(bytes, start);
  return i > start && i - start <= mostDigits ? i : -1;
}

/** Digits, digits after a point, an exponent of at most two digits: finite whatever they are. */
function floatEnd(bytes: Uint8Array, from: number): number {
  const start = bytes[from] === minus ? from + 1 : from;
  let i = digitsEnd(bytes, start);
  if (i === start) return -1;
  if (bytes[i] === point) {
    const fraction = i + 1;
    i = digitsEnd(bytes, fraction);
    if (i === fraction) return -1;
  }
  if (bytes[i] === 101 || bytes[i] === 69) {
    const sign = bytes[i + 1] === minus || bytes[i + 1] === plus ? i + 2 : i + 1;
    i = digitsEnd(bytes, sign);
    if (i === sign || i - sign > 2) return -1;
  }
  return i - from <= longestFloat ? i : -1;
}

/** The number of two digits; at least 100 where they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = ((bytes[at] as number) - 48) >>> 0;
  const ones = ((bytes[at + 1] as number) - 48) >>> 0;
  return tens < 10 && ones < 10 ? tens * 10 + ones : 100;
}

const daysOfMonth = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

function dateEnd(bytes: Uint8Array, from: number): number {
  const century = twoDigits(bytes, from);
  const years = twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  if (century > 99 || years > 99 || month < 1 || month > 12 || day < 1) return -1;
  if (bytes[from + 4] !== minus || bytes[from + 7] !== minus) return -1;
  const isLeap = years % 4 === 0 && (years !== 0 || century % 4 === 0);
  return day <= (month === 2 && isLeap ? 29 : (daysOfMonth[month] as number)) ? from + 10 : -1;
}

/** A date, a space or T, hours, minutes and seconds, up to six digits of a fraction. */
function timestampEnd(bytes: Uint8Array, from: number): number {
  if (dateEnd(bytes, from) < 0) return -1;
  if (bytes[from + 10] !== space && bytes[from + 10] !== letterT) return -1;
  if (bytes[from + 13] !== colon || bytes[from + 16] !== colon) return -1;
  if (twoDigits(bytes, from + 11) > 23 || twoDigits(bytes, from + 14) > 59 || twoDigits(bytes, from + 17) > 59) return -1;
  const i = from + 19;
  if (bytes[i] !== point) return i;
  const end = digitsEnd(bytes, i + 1);
  return end > i + 1 && end - i <= 7 ? end : -1;
}

const words = [Uint8Array.from(Buffer.from('true')), Uint8Array.from(Buffer.from('false'))];

function booleanEnd(bytes: Uint8Array, from: number): number {
  const word = words.find((each) => each.every((byte, at) => bytes[from + at] === byte));
  return word === undefined ? -1 : from + word.length;
}
