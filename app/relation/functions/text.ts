import { arityMessage, overloads, TypeMismatch, type Argument, type FunctionSpec, type Overload, type Resolution, type Value } from './spec.ts';

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly signature: string;
  readonly example: string;
}

/** A function of text whose SQL is a call of the same arguments. */
function textual(described: Described, table: readonly Overload[], sql: string | FunctionSpec['duckdb'], evaluate: FunctionSpec['evaluate']): FunctionSpec {
  return {
    ...described,
    category: 'text',
    kind: 'function',
    nulls: 'propagate',
    resolve: overloads(described.name, table),
    duckdb: typeof sql === 'string' ? (args) => `${sql}(${args.join(', ')})` : sql,
    evaluate,
  };
}

const text1: readonly Overload[] = [[['string'], 'string']];
const test2: readonly Overload[] = [[['string', 'string'], 'boolean']];
const letters = (value: Value | undefined): string[] => [...String(value ?? '')];
const whole = (value: Value | undefined): number => Number(value ?? 0);

/** Unicode's simple case mappings, letter by letter: ß becomes ẞ and İ becomes i, never two letters. */
const mapLetters = (text: Value | undefined, map: (letter: string) => string, special: Readonly<Record<string, string>>): string =>
  letters(text).map((letter) => special[letter] ?? ([...map(letter)].length === 1 ? map(letter) : letter)).join('');

export const lowerText = (text: Value | undefined): string => mapLetters(text, (letter) => letter.toLowerCase(), { İ: 'i' });
export const upperText = (text: Value | undefined): string => mapLetters(text, (letter) => letter.toUpperCase(), { ß: 'ẞ' });

/** Blanks, tabs, line ends and the no-break space. */
const blank = " \t\n\r\f\v\u00a0";
export const blankSql = `' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160)`;

/** A condition on a text of the database's: no blank at these ends. */
function isTight(sql: string, left: boolean, right: boolean): string {
  const start = left ? [`${sql} >= '!' and ${sql} < chr(127)`] : [];
  const end = right ? [`not (${[32, 9, 10, 11, 12, 13, 160].map((code) => `suffix(${sql}, chr(${code}))`).join(' or ')})`] : [];
  return [...start, ...end].join(' and ');
}

/** Longer expressions are not written several times. */
const longestRepeated = 80;

/**
 * DuckDB's own trim takes off other letters than ours when none are given, and reads the list of them anew for each row when they are: over
 * texts without blanks at their ends asking first takes a third of the time.
 */
function trimmedSql(name: string, sql: string, left: boolean, right: boolean): string {
  const trimmed = `${name}(${sql}, ${blankSql})`;
  return sql.length > longestRepeated ? trimmed : `case when ${isTight(sql, left, right)} then ${sql} else ${trimmed} end`;
}

function trimming(name: 'trim' | 'ltrim' | 'rtrim', where: string, left: boolean, right: boolean): FunctionSpec {
  return textual(
    {
      name,
      summary: `Takes blanks, tabs and line ends (or the given letters) off ${where} of a text.`,
      signature: `${name}(text, letters?) → text`,
      example: `${name}(name)`,
    },
    [...text1, [['string', 'string'], 'string']],
    ([a = '', set]) => (set === undefined ? trimmedSql(name, a, left, right) : `${name}(${a}, ${set})`),
    ([a, set]) => {
      const all = letters(a);
      const dropped = new Set(set === undefined ? blank : letters(set));
      let start = 0;
      let end = all.length;
      if (left) while (start < end && dropped.has(all[start] ?? '')) start++;
      if (right) while (end > start && dropped.has(all[end - 1] ?? '')) end--;
      return all.slice(start, end).join('');
    },
  );
}

/** Any types: everything is turned into text. */
const asTexts = (name: string, least: number) => (args: readonly Argument[]): Resolution => {
  if (args.length < least) throw new TypeMismatch(arityMessage(name, [least], args.length));
  const binary = args.findIndex((arg) => arg.type === 'binary' && !arg.isNull);
  if (binary >= 0) throw new TypeMismatch(`${name} cannot take binary data.`, binary, 'Convert it with cast(… as text).');
  return { type: 'string', params: args.map(() => 'string' as const) };
};

function section(all: string[], start: number, length: number | undefined): string {
  const from = start < 0 ? all.length + start : start - 1;
  const to = length === undefined ? all.length : from + length;
  return all.slice(Math.max(0, from), Math.max(0, to)).join('');
}

const positionBound = 4_294_967_295;
/** DuckDB refuses positions of 2³² and more; no text is that long. `greatest` and `least` pass over null, so null is kept apart. */
function bounded(sql: string, lowest: number, constant: unknown): string {
  if (typeof constant === 'number' && constant >= lowest && constant <= positionBound) return sql;
  return `(case when ${sql} is not null then greatest(${lowest}, least(${positionBound}, ${sql})) end)`;
}
const clamp = (value: number, lowest: number): number => Math.max(lowest, Math.min(positionBound, value));

export const textFunctions: readonly FunctionSpec[] = [
  {
    name: 'concat_operator',
    spelling: '||',
    summary: 'Joins texts, numbers and dates into one text; missing where a part is missing.',
    signature: 'a || b → text',
    example: "first_name || ' ' || last_name",
    category: 'text',
    kind: 'operator',
    nulls: 'propagate',
    resolve: asTexts('||', 2),
    duckdb: (args) => `(${args.join(' || ')})`,
    evaluate: (args) => args.join(''),
  },
  {
    name: 'concat',
    summary: 'Joins values into one text, leaving out missing ones.',
    signature: 'concat(a, b, …) → text',
    example: "concat(street, ' ', number)",
    category: 'text',
    kind: 'function',
    nulls: 'own',
    resolve: asTexts('concat', 1),
    duckdb: (args) => `concat(${args.join(', ')})`,
    evaluate: (args) => args.filter((arg) => arg !== null).join(''),
  },
  textual({ name: 'lower', summary: 'Text in small letters.', signature: 'lower(text) → text', example: 'lower(email)' }, text1, 'lower', ([a]) => lowerText(a)),
  textual({ name: 'upper', summary: 'Text in capitals.', signature: 'upper(text) → text', example: 'upper(country)' }, text1, 'upper', ([a]) => upperText(a)),
  trimming('trim', 'both ends', true, true),
  trimming('ltrim', 'the start', true, false),
  trimming('rtrim', 'the end', false, true),
  textual({ name: 'length', summary: 'Number of characters (Unicode code points).', signature: 'length(text) → whole number', example: 'length(comment)' }, [[['string'], 'integer']], 'length', ([a]) => BigInt(letters(a).length)),
  textual(
    {
      name: 'substring',
      summary: 'Part of a text from a position (1 is the first character, -1 the last), to the end or for a number of characters.',
      signature: 'substring(text, start, length?) → text',
      example: 'substring(postcode, 1, 2)',
    },
    [
      [['string', 'integer'], 'string'],
      [['string', 'integer', 'integer'], 'string'],
    ],
    ([a, start = '1', length], _types, constants) =>
      `substring(${a}, ${bounded(start, -positionBound, constants[1])}${length === undefined ? '' : `, ${bounded(length, 0, constants[2])}`})`,
    ([a, start, length]) => section(letters(a), clamp(whole(start), -positionBound), length === undefined ? undefined : clamp(whole(length), 0)),
  ),
  textual(
    { name: 'left', summary: 'The first characters of a text.', signature: 'left(text, count) → text', example: 'left(code, 3)' },
    [[['string', 'integer'], 'string']],
    ([a, count = '0'], _types, constants) => `left(${a}, ${bounded(count, 0, constants[1])})`,
    ([a, count]) => letters(a).slice(0, clamp(whole(count), 0)).join(''),
  ),
  textual(
    { name: 'right', summary: 'The last characters of a text.', signature: 'right(text, count) → text', example: 'right(code, 3)' },
    [[['string', 'integer'], 'string']],
    ([a, count = '0'], _types, constants) => `right(${a}, ${bounded(count, 0, constants[1])})`,
    ([a, count]) => {
      const all = letters(a);
      return all.slice(Math.max(0, all.length - clamp(whole(count), 0))).join('');
    },
  ),
  textual(
    { name: 'replace', summary: 'Replaces every occurrence of a text; an empty search text changes nothing.', signature: 'replace(text, search, replacement) → text', example: "replace(phone, ' ', '')" },
    [[['string', 'string', 'string'], 'string']],
    'replace',
    ([a, search, replacement]) => (search === '' ? String(a) : String(a).split(String(search)).join(String(replacement))),
  ),
  textual({ name: 'contains', summary: 'Whether a text holds another, capitals and small letters told apart.', signature: 'contains(text, part) → true/false', example: "contains(title, 'data')" }, test2, 'contains', ([a, b]) => String(a).includes(String(b))),
  textual({ name: 'starts_with', summary: 'Whether a text begins with another.', signature: 'starts_with(text, start) → true/false', example: "starts_with(code, 'NO')" }, test2, 'starts_with', ([a, b]) => String(a).startsWith(String(b))),
  textual({ name: 'ends_with', summary: 'Whether a text ends with another.', signature: 'ends_with(text, end) → true/false', example: "ends_with(file, '.csv')" }, test2, 'ends_with', ([a, b]) => String(a).endsWith(String(b))),
  textual(
    { name: 'position', summary: 'Where a text is first found in another: 1 for the first character, 0 where it is not found.', signature: 'position(text, part) → whole number', example: "position(email, '@')" },
    [[['string', 'string'], 'integer']],
    'strpos',
    ([a, b]) => {
      const at = String(a).indexOf(String(b));
      return at < 0 ? 0n : BigInt([...String(a).slice(0, at)].length + 1);
    },
  ),
  textual(
    {
      name: 'split_part',
      summary: 'One part of a text cut at a separator: 1 is the first, -1 the last; the empty text where there is no such part.',
      signature: 'split_part(text, separator, part) → text',
      example: "split_part(email, '@', 2)",
    },
    [[['string', 'string', 'integer'], 'string']],
    'split_part',
    ([a, separator, part]) => {
      const parts = separator === '' ? letters(a) : String(a).split(String(separator));
      const at = whole(part);
      return at === 0 ? '' : (parts.at(at > 0 ? at - 1 : at) ?? '');
    },
  ),
];
