/** A line-exact CSV tokenizer: reads samples and finds the place of a fault. Bulk reading is DuckDB's. */

export interface CsvRecord {
  /** 1-based line of the text on which the record starts. */
  readonly line: number;
  readonly fields: readonly string[];
  /** Characters of the record without its line end. */
  readonly length: number;
  /** The record as it stands in the text. It may keep a large piece of text alive: copy what is kept. */
  readonly raw: string;
  /** Characters of the text before the record. */
  readonly start: number;
  /** `quote`: text after a closing quote; `unclosed`: the text ended inside quotes. */
  readonly problem?: 'quote' | 'unclosed';
  /** A line that begins with the comment character. */
  readonly comment?: true;
}

export interface RecordStyle {
  readonly delimiter: string;
  readonly quote: string;
  /** What makes a quote part of a quoted value instead of doubling it. */
  readonly escape?: string | undefined;
  readonly comment?: string | undefined;
}

const LF = 10;
const CR = 13;
const SPACE = 32;

/**
 * Follows RFC 4180 as DuckDB's strict mode does: a quote opens a value only at its start (spaces before and after a quoted value are
 * allowed), doubled quotes stand for one, line ends inside quotes belong to the value. Text is pushed in pieces of any size.
 */
export class RecordScanner {
  readonly #delimiter: string;
  readonly #quote: string;
  readonly #escape: string;
  readonly #comment: number;
  #rest = '';
  #line: number;
  /** Characters before `#rest`. */
  #before = 0;
  #sawCR = false;
  /** Lines on which each kind of line end outside quotes was first met. */
  readonly lineEnds = new Map<'\n' | '\r\n' | '\r', number>();

  /** `firstLine`: line of the file on which the text begins. */
  constructor(style: RecordStyle, firstLine = 1) {
    this.#delimiter = style.delimiter;
    this.#quote = style.quote;
    this.#escape = style.escape === undefined || style.escape === style.quote ? '' : style.escape;
    this.#comment = style.comment === undefined || style.comment === '' ? -1 : style.comment.charCodeAt(0);
    this.#line = firstLine;
  }

  /** Records that are complete with this piece; blank lines come out as one empty field. */
  push(piece: string, visit: (record: CsvRecord) => boolean | void): boolean {
    this.#rest += piece;
    return this.#scan(false, visit);
  }

  /** What is left at the end of the text. */
  end(visit: (record: CsvRecord) => boolean | void): boolean {
    return this.#scan(true, visit);
  }

  /** @returns false when `visit` returned false: stop. */
  #scan(last: boolean, visit: (record: CsvRecord) => boolean | void): boolean {
    const text = this.#rest;
    let at = 0;
    // A line feed whose carriage return ended the piece before.
    if (this.#sawCR && text.length === 0 && last) this.#note('\r', this.#line - 1);
    if (this.#sawCR && text.length > 0) {
      this.#sawCR = false;
      if (text.charCodeAt(0) === LF) {
        at = 1;
        this.#note('\r\n', this.#line - 1);
      } else this.#note('\r', this.#line - 1);
    }
    while (at < text.length) {
      const end = this.#record(text, at, last, visit);
      if (end === -1) break;
      if (end === -2) return false;
      at = end;
    }
    this.#rest = at === 0 ? text : text.slice(at);
    this.#before += at;
    return true;
  }

  /** Index after the record and its line end; -1 when it is not complete yet; -2 when the visitor stops. */
  #record(text: string, start: number, last: boolean, visit: (record: CsvRecord) => boolean | void): number {
    const delimiter = this.#delimiter.charCodeAt(0);
    const quote = this.#quote === '' ? -1 : this.#quote.charCodeAt(0);
    const fields: string[] = [];
    let problem: CsvRecord['problem'];
    let lines = 0;
    let at = start;
    const isComment = text.charCodeAt(start) === this.#comment;
    for (;;) {
      if (isComment) {
        while (at < text.length && text.charCodeAt(at) !== LF && text.charCodeAt(at) !== CR) at += 1;
        fields.push(text.slice(start, at));
        if (at >= text.length) {
          if (!last) return -1;
          return this.#emitted(text, start, at, visit, fields, 'comment', lines) ? at : -2;
        }
        break;
      }
      const open = this.#skipSpaces(text, at);
      if (quote !== -1 && open < text.length && text.charCodeAt(open) === quote) {
        let value = '';
        let from = open + 1;
        let closed = -1;
        for (;;) {
          const next = text.indexOf(this.#quote, from);
          if (this.#escape !== '') {
            const escape = text.indexOf(this.#escape, from);
            if (escape !== -1 && (next === -1 || escape < next)) {
              if (escape + 1 >= text.length) break;
              value += text.slice(from, escape) + text.charAt(escape + 1);
              from = escape + 2;
              continue;
            }
          }
          if (next === -1) break;
          if (this.#escape === '' && text.charCodeAt(next + 1) === quote) {
            value += text.slice(from, next + 1);
            from = next + 2;
            continue;
          }
          if (next + 1 >= text.length && !last) return -1;
          value += text.slice(from, next);
          closed = next;
          break;
        }
        if (closed === -1) {
          if (!last) return -1;
          fields.push(value + text.slice(from));
          this.#emitted(text, start, text.length, visit, fields, 'unclosed', 0);
          return text.length;
        }
        for (let i = text.indexOf('\n', open); i !== -1 && i < closed; i = text.indexOf('\n', i + 1)) lines += 1;
        fields.push(value);
        at = this.#skipSpaces(text, closed + 1);
        if (at < text.length && text.charCodeAt(at) !== delimiter && text.charCodeAt(at) !== LF && text.charCodeAt(at) !== CR) {
          problem = 'quote';
          while (at < text.length && text.charCodeAt(at) !== delimiter && text.charCodeAt(at) !== LF && text.charCodeAt(at) !== CR) at += 1;
        }
      } else {
        const from = at;
        let code = 0;
        while (at < text.length && (code = text.charCodeAt(at)) !== delimiter && code !== LF && code !== CR) at += 1;
        fields.push(text.slice(from, at));
      }
      if (at >= text.length) {
        if (!last) return -1;
        return this.#emitted(text, start, at, visit, fields, problem, lines) ? at : -2;
      }
      if (text.charCodeAt(at) === delimiter) {
        at += 1;
        continue;
      }
      break;
    }
    const end = at;
    let kind: '\n' | '\r\n' | '\r' = '\n';
    at += 1;
    if (text.charCodeAt(end) === CR) {
      if (at < text.length) {
        kind = text.charCodeAt(at) === LF ? '\r\n' : '\r';
        if (kind === '\r\n') at += 1;
        this.#note(kind, this.#line + lines);
      } else if (last) this.#note('\r', this.#line + lines);
      else this.#sawCR = true;
    } else this.#note('\n', this.#line + lines);
    const going = this.#emitted(text, start, end, visit, fields, isComment ? 'comment' : problem, lines + 1);
    return going ? at : -2;
  }

  #skipSpaces(text: string, from: number): number {
    if (this.#delimiter === ' ') return from;
    let at = from;
    while (text.charCodeAt(at) === SPACE) at += 1;
    return at;
  }

  #emitted(
    text: string,
    start: number,
    end: number,
    visit: (record: CsvRecord) => boolean | void,
    fields: readonly string[],
    problem: CsvRecord['problem'] | 'comment',
    lines: number,
  ): boolean {
    const record: CsvRecord = { line: this.#line, fields, length: end - start, raw: text.slice(start, end), start: this.#before + start, ...(problem === undefined ? {} : problem === 'comment' ? { comment: true } : { problem }) };
    this.#line += lines;
    return visit(record) !== false;
  }

  #note(kind: '\n' | '\r\n' | '\r', line: number): void {
    if (!this.lineEnds.has(kind)) this.lineEnds.set(kind, line);
  }
}

export function isBlank(record: Pick<CsvRecord, 'length'>): boolean {
  return record.length === 0;
}

/** One empty value too many is a trailing delimiter: nothing is lost by dropping it. */
export function fits(record: Pick<CsvRecord, 'fields'>, width: number): boolean {
  return record.fields.length === width || (record.fields.length === width + 1 && record.fields[width] === '' && width > 1);
}
