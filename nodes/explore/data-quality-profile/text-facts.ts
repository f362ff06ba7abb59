import { quoteText } from '#app/sdk/analysis.ts';

/** How many values of a text column are of each form. */
export const textForms = ['empty', 'blank', 'spaces', 'placeholders', 'numbers', 'codes', 'commaNumbers', 'isoDates', 'otherDates'] as const;
export type TextForm = (typeof textForms)[number];

const placeholders = ['na', 'n/a', '#n/a', 'nan', 'null', 'none', 'nil', 'undefined', 'missing', 'unknown', '-', '--', '.', '?', 'tbd', 'xxx'];
const longestPlaceholder = Math.max(...placeholders.map((text) => text.length));
const isoDate = '^\\d{4}-\\d{1,2}-\\d{1,2}([ T]\\d|$)';
const otherDate = '^\\d{1,2}[./-]\\d{1,2}[./-](\\d{4}|\\d{2})( \\d|$)|^\\d{4}/\\d{1,2}/\\d{1,2}( \\d|$)|^\\d{1,2}[ -](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)';
const commaNumber = '[-+]?\\d{1,3}([. ]\\d{3})*,\\d+|[-+]?\\d+,\\d+|[-+]?\\d{1,3}(,\\d{3})+\\.\\d+';

/** Codes of the characters that those begin with, and of the space that may stand before. */
const placeholderStarts = [...new Set([' ', ...placeholders].flatMap((text) => [text.charCodeAt(0), text.toUpperCase().charCodeAt(0)]))];

/** What `\s` is, in the order of its codes. */
const white = [9, 10, 12, 13, 32];
const firstIs = (text: string, codes: readonly number[]): string => `ascii(${text}) in (${codes.join(', ')})`;
const endsWhite = (text: string): string => white.map((code) => `suffix(${text}, chr(${code}))`).join(' or ');
/** Only rows of the condition are looked at more closely: `and` in a projection computes both sides of every row. */
const only = (when: string, then: string): string => `case when ${when} then ${then} else false end`;

/**
 * The text without spaces around, of texts that may be a number or a date, else null: those begin with a sign, a point, a digit or a
 * space. Most texts are told by their first character, and no pattern is tried on them.
 */
export const numberLike = (text: string): string => `case when ascii(${text}) between 43 and 57 or ascii(${text}) between 9 and 32 then case when ascii(${text}) = 32 or suffix(${text}, ' ') then trim(${text}) else ${text} end end`;

/** The number that a `numberLike` text is. */
export const numberIn = (like: string): string => `try_cast(${like} as double)`;

/** SQL of a text, and of what it looks like. */
export interface TextSql {
  readonly text: string;
  /** Its `numberLike`. */
  readonly like: string;
  /** `numberIn` of that. */
  readonly number: string;
}

/**
 * Conditions of each form; a missing text has none. A pattern costs 50 ns a text and there are nine of them: each is tried only where a
 * look at single characters leaves it open.
 */
export function textConditions({ text, like, number }: TextSql): Record<TextForm, string> {
  // What is a number for the engine is no date, and has no comma.
  const other = `${number} is null and strlen(${like}) >= 3`;
  return {
    empty: `${text} = ''`,
    blank: only(firstIs(text, white), `regexp_full_match(${text}, '\\s+')`),
    spaces: only(`${firstIs(text, white)} or ${endsWhite(text)}`, `not regexp_full_match(${text}, '\\s*')`),
    placeholders: only(
      `(strlen(${text}) <= ${longestPlaceholder} or ascii(${text}) = 32 or suffix(${text}, ' ')) and ${firstIs(text, placeholderStarts)}`,
      `lower(trim(${text})) in (${placeholders.map(quoteText).join(', ')})`,
    ),
    numbers: only(`${number} is not null`, `case when ${firstIs(like, [43, 45, 48, 73, 78, 105, 110])} then not regexp_matches(${like}, '^[-+]?(0\\d|inf|nan)', 'i') else true end`),
    codes: only(firstIs(like, [48]), `regexp_full_match(${like}, '0\\d+')`),
    commaNumbers: only(other, only(`contains(${like}, ',')`, `regexp_full_match(${like}, '${commaNumber}')`)),
    isoDates: only(other, only(`contains(${like}, '-')`, `regexp_matches(${like}, '${isoDate}')`)),
    otherDates: only(other, `regexp_matches(${like}, '${otherDate}', 'i')`),
  };
}
