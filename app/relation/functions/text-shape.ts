import { overloads, TypeMismatch, type Argument, type FunctionSpec, type Overload, type Value } from './spec.ts';
import { blankSql, lowerText, upperText } from './text.ts';

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly signature: string;
  readonly example: string;
}

function shaping(described: Described, table: readonly Overload[], duckdb: FunctionSpec['duckdb'], evaluate: FunctionSpec['evaluate'], check?: (args: readonly Argument[]) => void): FunctionSpec {
  const resolve = overloads(described.name, table);
  return {
    ...described,
    category: 'text',
    kind: 'function',
    nulls: 'propagate',
    resolve: (args) => {
      const resolution = resolve(args);
      check?.(args);
      return resolution;
    },
    duckdb,
    evaluate,
  };
}

const text1: readonly Overload[] = [[['string'], 'string']];
const letters = (value: Value | undefined): string[] => [...String(value ?? '')];
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A bound, so that a wrong number in a column cannot fill the memory. */
const longest = 100_000;
const boundedCount = (value: Value | undefined): number => Math.max(0, Math.min(longest, Number(value ?? 0)));
const boundedSql = (sql: string): string => `(case when ${sql} is not null then greatest(0, least(${longest}, ${sql})) end)::integer`;

function padding(name: 'lpad' | 'rpad', where: string): FunctionSpec {
  return shaping(
    {
      name,
      summary: `Fills a text up ${where} to a number of characters with blanks or the given letters; a longer text is cut to it.`,
      signature: `${name}(text, length, fill?) → text`,
      example: name === 'lpad' ? "lpad(cast(number as text), 6, '0')" : 'rpad(code, 10)',
    },
    [
      [['string', 'integer'], 'string'],
      [['string', 'integer', 'string'], 'string'],
    ],
    ([a, length = '0', fill = "' '"]) => `${name}(${a}, ${boundedSql(length)}, ${fill})`,
    ([a, length, fill = ' ']) => {
      const all = letters(a);
      const wanted = boundedCount(length);
      if (all.length >= wanted) return all.slice(0, wanted).join('');
      const pattern = letters(fill);
      const added = Array.from({ length: wanted - all.length }, (_, i) => pattern[i % pattern.length] ?? '');
      return [...(name === 'lpad' ? added : []), ...all, ...(name === 'rpad' ? added : [])].join('');
    },
    (args) => {
      if (args.length === 3 && (typeof args[2]?.constant !== 'string' || args[2].constant === '')) throw new TypeMismatch(`${name} needs what it fills with as a fixed text of at least one letter.`, 2, "Write it in single quotes, such as '0'.");
    },
  );
}

/** A word with its apostrophes and numbers; what is between words stays as it is. */
const word = "[\\p{L}\\p{M}\\p{N}'’]+";

export const textShapeFunctions: readonly FunctionSpec[] = [
  shaping(
    { name: 'title_case', summary: 'Each word with a capital first letter and small ones after it; an apostrophe does not begin a word.', signature: 'title_case(text) → text', example: 'title_case(name)' },
    text1,
    // The guard keeps the empty text, of which there are no parts to join.
    ([a]) => `coalesce(array_to_string(list_transform(regexp_extract_all(${a}, '${word.replaceAll("'", "''")}|${word.replace('[', '[^').replaceAll("'", "''")}'), lambda part: upper(part[1]) || lower(part[2:])), ''), left(${a}, 0))`,
    ([a]) => String(a).replace(new RegExp(word, 'gu'), (found) => {
      const [first = '', ...rest] = [...found];
      return upperText(first) + lowerText(rest.join(''));
    }),
  ),
  shaping({ name: 'reverse', summary: 'The letters from last to first; a letter and its accents stay together.', signature: 'reverse(text) → text', example: 'reverse(code)' }, text1, ([a]) => `reverse(${a})`, ([a]) =>
    [...graphemes.segment(String(a))].map(({ segment }) => segment).reverse().join(''),
  ),
  shaping(
    { name: 'repeat', summary: 'A text several times after itself, at most 100 000 times; the empty text for 0 and below.', signature: 'repeat(text, count) → text', example: "repeat('★', stars)" },
    [[['string', 'integer'], 'string']],
    ([a, count = '0']) => `repeat(${a}, ${boundedSql(count)})`,
    ([a, count]) => String(a).repeat(boundedCount(count)),
  ),
  padding('lpad', 'from the left'),
  padding('rpad', 'from the right'),
  shaping(
    { name: 'strip_accents', summary: 'Letters without their accents: é becomes e, å becomes a. Letters of their own, such as ø and ß, stay.', signature: 'strip_accents(text) → text', example: 'strip_accents(city)' },
    text1,
    ([a]) => `strip_accents(${a})`,
    ([a]) => String(a).normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC'),
  ),
  shaping(
    { name: 'normalize_spaces', summary: 'No blanks at the ends, and one blank wherever there are several blanks, tabs or line ends.', signature: 'normalize_spaces(text) → text', example: 'normalize_spaces(address)' },
    text1,
    ([a]) => `trim(regexp_replace(${a}, '[ \\t\\n\\x0b\\f\\r\\x{a0}]+', ' ', 'g'), ${blankSql})`,
    ([a]) => String(a).replace(/[ \t\n\v\f\r\u00a0]+/g, ' ').replace(/^ | $/g, ''),
  ),
  shaping(
    { name: 'occurrences', summary: 'How often a text is found in another, without overlaps; 0 for the empty text.', signature: 'occurrences(text, part) → whole number', example: "occurrences(path, '/')" },
    [[['string', 'string'], 'integer']],
    ([a, b]) => `(case when length(${b}) = 0 then 0::bigint * length(${a}) else (length(${a}) - length(replace(${a}, ${b}, ''))) // length(${b}) end)`,
    ([a, b]) => (b === '' ? 0n : BigInt(String(a).split(String(b)).length - 1)),
  ),
  {
    ...shaping({ name: 'is_blank', summary: 'True where a text is missing, empty or only blanks; never null.', signature: 'is_blank(text) → true/false', example: 'is_blank(phone)' }, [[['string'], 'boolean']], ([a]) => `(coalesce(trim(${a}, ${blankSql}), '') = '')`, ([a = null]) =>
      a === null || /^[ \t\n\v\f\r\u00a0]*$/.test(String(a)),
    ),
    nulls: 'own',
  },
];
