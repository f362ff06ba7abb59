/**
 * An English sentence with `{0}` where names and numbers go, and how another language says it with the same; in the latter
 * `{0:node}` for the title of a node, which may be that of its type and is then said in that language, too, `{0:title}` for
 * the title of a param or port, and `{0:name}` for what stays.
 */
export type SentencePair = readonly [english: string, other: string];

/** Titles in the other language; what is none stays as it is. */
export interface Titles {
  readonly ofNode: (english: string) => string;
  /** Of a param, a port or a choice of any node. */
  readonly ofField: (english: string) => string;
}

interface Template {
  readonly start: string;
  readonly pattern: RegExp;
  readonly other: string;
  /** Which captures are names from the data: those stay as they are. */
  readonly quoted: ReadonlySet<number>;
  /** Letters that must be met literally: the more, the surer a match. */
  readonly literal: number;
}

const placeholder = /\{(\d+)(:node|:title|:name|:words)?\}/g;
/** Sentences kept; the page shows the same few again and again. */
const remembered = 5000;

function templateOf([english, other]: SentencePair): Template {
  const start = english.slice(0, english.search(/\{\d+\}/));
  const order: number[] = [];
  const quoted = new Set<number>();
  const pattern = english.replace(/[.*+?^$()|[\]\\]|\{(?!\d+\})/g, '\\$&').replace(placeholder, (_whole, index: string, _kind: undefined, at: number, text: string) => {
    const number = Number(index);
    if (/[“"'`]$/.test(text.slice(0, at))) quoted.add(number);
    if (order.includes(number)) return `\\${order.indexOf(number) + 1}`;
    order.push(number);
    // What is put on at the end may be nothing: “There is no column “x”.{1}”.
    return at + index.length + 2 === text.length ? '([\\s\\S]*)' : '([\\s\\S]+?)';
  });
  return { start, pattern: new RegExp(`^${pattern}$`), other: renumbered(other, order), quoted: new Set([...quoted].map((number) => order.indexOf(number))), literal: english.replace(placeholder, '').length };
}

/** Placeholders by the order in which the English sentence has them. */
const renumbered = (text: string, order: readonly number[]): string => text.replace(placeholder, (_whole, index: string, kind: string | undefined) => `{${order.indexOf(Number(index))}${kind ?? ''}}`);

/**
 * Says sentences that fit one of the pairs in the other language. What a placeholder stands for is said in it as well where it is a
 * phrase of the list itself, except in quotes: names stay.
 */
export function matcherOf(pairs: readonly SentencePair[], titles: Titles): (sentence: string) => string {
  const whole = new Map(pairs.filter(([english]) => !/\{\d+\}/.test(english)));
  const templates = pairs.filter(([english]) => /\{\d+\}/.test(english)).map(templateOf).toSorted((a, b) => b.literal - a.literal);
  const known = new Map<string, string>();

  function say(sentence: string): string {
    if (sentence.trim() === '') return sentence;
    const before = known.get(sentence);
    if (before !== undefined) return before;
    const said = inParts(sentence, true) ?? find(sentence) ?? inParts(sentence) ?? sentence;
    if (known.size >= remembered) known.clear();
    known.set(sentence, said);
    return said;
  }

  function find(sentence: string): string | null {
    const exact = whole.get(sentence);
    if (exact !== undefined) return exact;
    for (const { start, pattern, other, quoted } of templates) {
      if (!sentence.startsWith(start)) continue;
      const match = pattern.exec(sentence);
      if (match) return other.replace(placeholder, (_whole, index: string, kind: string | undefined) => {
        const text = match[Number(index) + 1] ?? '';
        if (kind === ':node') return titles.ofNode(text);
        return kind === ':title' ? titles.ofField(text) : part(text, kind === ':name' || quoted.has(Number(index)));
      });
    }
    return null;
  }

  /** A part that is put into a sentence: blanks around it stay where they are. */
  function part(text: string, isName: boolean): string {
    if (isName || text.trim() === '') return text;
    const [, blank = '', inner = ''] = /^(\s*)([\s\S]*)$/.exec(text) ?? [];
    return blank + (inParts(inner, true) ?? find(inner) ?? inParts(inner) ?? inList(inner) ?? inner);
  }

  /** Phrases of a list, each said by itself: “missing values 1 % → 2 %; mean 3 → 4”. */
  function inList(text: string): string | null {
    const items = text.split('; ');
    if (items.length < 2) return null;
    const said = items.map(find);
    return said.every((one) => one === null) ? null : items.map((one, i) => said[i] ?? one).join('; ');
  }

  /** Sentences one after another, each said by itself, if all but names are known; with `isWhole` if all are. */
  function inParts(text: string, isWhole = false): string | null {
    const parts = text.split(/(?<=[.!?])\s+(?=[\p{Lu}“])/u);
    if (parts.length < 2) return null;
    const said = parts.map(find);
    return said.every((one) => one === null) || (isWhole && said.includes(null)) ? null : parts.map((one, i) => said[i] ?? one).join(' ');
  }

  return say;
}
