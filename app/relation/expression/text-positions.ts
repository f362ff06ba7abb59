/**
 * The text a user typed, seen from the parser's positions, which count from the start of `select TEXT`: bytes of UTF-8 in the
 * tree, letters in syntax errors.
 */
export class SourceText {
  readonly text: string;
  readonly #unitOfByte: number[] = [];

  constructor(text: string) {
    this.text = text;
    const encoder = new TextEncoder();
    let unit = 0;
    for (const letter of text) {
      for (let i = 0; i < encoder.encode(letter).length; i++) this.#unitOfByte.push(unit);
      unit += letter.length;
    }
  }

  /** Offset in UTF-16 code units of a parser position, or null for “no position” and positions outside the text. */
  offsetOf(position: unknown): number | null {
    if (typeof position !== 'number') return null;
    const byte = position - prefixLength;
    if (byte === this.#unitOfByte.length) return this.text.length;
    return this.#unitOfByte[byte] ?? null;
  }

  /** The same for positions of syntax errors, which the parser counts in letters (code points), not bytes. */
  offsetOfLetter(position: number): number | null {
    const letters = [...this.text];
    const letter = position - prefixLength;
    return letter < 0 || letter > letters.length ? null : letters.slice(0, letter).join('').length;
  }

  /** End of the token that starts at `start`: a quoted name or text, a word, a number, else one operator. */
  tokenEnd(start: number): number {
    const rest = this.text.slice(start);
    const match = /^(?:"(?:[^"]|"")*"|[eE]?'(?:[^']|'')*'|-?\s*(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?|[\p{L}_][\p{L}\p{M}\p{N}_$]*|[-+*/<>=~!@#%^&|`?]+)/u.exec(rest);
    return start + (match ? match[0].length : Math.min(1, rest.length));
  }

  /** End of a call that starts at `start`: past the closing parenthesis that matches its first opening one. */
  callEnd(start: number): number {
    let depth = 0;
    let at = start;
    while (at < this.text.length) {
      const letter = this.text[at];
      if (letter === '"' || letter === "'") {
        at = this.tokenEnd(at);
        continue;
      }
      if (letter === '(') depth++;
      if (letter === ')' && --depth <= 0) return at + 1;
      at++;
    }
    return this.tokenEnd(start);
  }

  /** The range that holds text, without blanks around it. */
  whole(): { start: number; end: number } {
    const trimmed = this.text.trim();
    const start = trimmed === '' ? 0 : this.text.indexOf(trimmed);
    return { start, end: start + trimmed.length };
  }
}

/** The parser is given `select ` and then the text. */
export const expressionPrefix = 'select ';
const prefixLength = expressionPrefix.length;
