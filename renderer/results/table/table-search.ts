import type { Schema } from '#app/relation/types.ts';
import { columnText, constantText } from '../../state/slices.ts';

/** Longest condition that the engine takes is 10 000 characters; the filter beside it needs room, too. */
const longest = 5000;

/**
 * The condition “some column holds this text”, without regard to capitals, in the expression language: text by part, numbers by value,
 * dates and times by their text. Empty for an empty text.
 * @returns how many columns are looked at, since a very wide table is cut
 */
export function searchCondition(text: string, schema: Schema): { readonly condition: string; readonly columns: number } {
  const wanted = text.trim();
  if (wanted === '') return { condition: '', columns: 0 };
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(wanted) ? Number(wanted) : null;
  const part = constantText(wanted.toLowerCase(), 'string');
  const parts: string[] = [];
  let length = 0;
  for (const { name, type } of schema) {
    const column = columnText(name);
    const one =
      type === 'string'
        ? `contains(lower(${column}), ${part})`
        : type === 'integer' || type === 'float'
          ? number === null || !Number.isFinite(number) || (type === 'integer' && !Number.isSafeInteger(number))
            ? null
            : `${column} = ${number}`
          : type === 'date' || type === 'time' || type === 'timestamp'
            ? `contains(cast(${column} as text), ${part})`
            : null;
    if (one === null) continue;
    if (length + one.length + 24 > longest) break;
    parts.push(one);
    length += one.length + 24;
  }
  // `coalesce`: a missing value does not hold the text, whatever the other columns say.
  return { condition: parts.length === 0 ? 'false' : parts.map((one) => `coalesce(${one}, false)`).join(' or '), columns: parts.length };
}

/** Conditions joined by `and`; empty ones are left out. */
export const allOf = (...conditions: readonly string[]): string => {
  const given = conditions.map((one) => one.trim()).filter((one) => one !== '');
  return given.length === 1 ? (given[0] ?? '') : given.map((one) => `(${one})`).join(' and ');
};
