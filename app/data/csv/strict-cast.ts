import type { ColumnType } from '#app/relation/types.ts';
import type { CsvColumn, CsvDialect } from '#app/sdk/csv.ts';
import { quoteText } from '../sql.ts';
import { parseDateFormat } from '#app/sdk/csv-dates.ts';

/**
 * SQL that converts CSV text and refuses what DuckDB's own casts let through: `12.5` as the integer 13, `1_000`, `0x1F`, `epoch` as a
 * date, a timestamp cut to a date, an offset dropped from a timestamp, `1e400` as infinity.
 */

export type NumberStyle = Pick<CsvDialect, 'decimal' | 'thousands'>;

/**
 * A fast test for the usual spelling with its value, then a slower one for all allowed spellings. The order matters: with the fast
 * path first in the CASE, a clean column costs little more than the cast alone (measured on 5 million rows).
 */
interface Conversion {
  readonly fast: { readonly when: string; readonly value: string } | null;
  readonly slow: string;
}

/** Ten digits and hyphens where they belong; the casts check the rest. Guards keep out signs and spaces that DuckDB would accept. */
const isoStart = (cell: string): string => `${cell} >= '0' and ${cell} < ':' and ${cell} not like '% '`;

function conversion(cell: string, column: Pick<CsvColumn, 'type' | 'format'>, style: NumberStyle): Conversion {
  const text = `trim(${cell})`;
  const matching = (pattern: string, to: string) => `case when regexp_full_match(${text}, ${quoteText(pattern)}) then try_cast(${text} as ${to}) end`;
  const { type } = column;
  if ((type === 'date' || type === 'timestamp') && column.format !== undefined && column.format !== '') return { fast: null, slow: formatted(text, type, column.format) };
  switch (type) {
    case 'integer':
      if (style.thousands) return { fast: { when: `try_cast(${cell} as bigint)::varchar = ${cell}`, value: `try_cast(${cell} as bigint)` }, slow: ungrouped(text, style, 'bigint') };
      return { fast: { when: `try_cast(${cell} as bigint)::varchar = ${cell}`, value: `try_cast(${cell} as bigint)` }, slow: matching('[+-]?[0-9]+', 'bigint') };
    case 'float': {
      const plain = `isfinite(try_cast(${cell} as double)) and not contains(${cell}, '_')`;
      if (style.decimal !== ',' && !style.thousands) return { fast: { when: plain, value: `try_cast(${cell} as double)` }, slow: 'null::double' };
      return { fast: null, slow: ungrouped(text, style, 'double') };
    }
    case 'boolean':
      return {
        fast: { when: `${cell} in ('true', 'false')`, value: `${cell} = 'true'` },
        slow: `case when lower(${text}) in ('true', 't', 'yes', 'y', '1') then true when lower(${text}) in ('false', 'f', 'no', 'n', '0') then false end`,
      };
    case 'date':
      return {
        fast: { when: `${cell} like '____-__-__' and ${isoStart(cell)}`, value: `try_cast(${cell} as date)` },
        slow: matching('[0-9]{4}-[0-9]{2}-[0-9]{2}', 'date'),
      };
    case 'time':
      return { fast: null, slow: matching('[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?', 'time') };
    case 'timestamp':
      return {
        fast: { when: `${cell} like '____-__-_____:__:__' and ${isoStart(cell)}`, value: `try_cast(${cell} as timestamp)` },
        slow: matching('[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?Z?)?', 'timestamp'),
      };
    case 'binary':
      return { fast: null, slow: `encode(${cell})` };
    case 'string':
      return { fast: null, slow: cell };
  }
}

function formatted(text: string, type: 'date' | 'timestamp', format: string): string {
  const { strptime, pattern } = parseDateFormat(format);
  return `case when regexp_full_match(${text}, ${quoteText(pattern)}) then try_strptime(${text}, ${quoteText(strptime)})${type === 'date' ? '::date' : ''} end`;
}

/** Numbers written with a decimal comma or with separators between groups of exactly three digits. */
function ungrouped(text: string, style: NumberStyle, to: 'bigint' | 'double'): string {
  const decimal = style.decimal ?? '.';
  const thousands = style.thousands ?? '';
  const escaped = (character: string) => (character === '.' ? '\\.' : character);
  const group = thousands === '' ? '' : `|[0-9]{1,3}(${escaped(thousands)}[0-9]{3})+`;
  const whole = `[+-]?([0-9]+${group})`;
  const part = escaped(decimal);
  const pattern = to === 'bigint' ? whole : `(${whole}(${part}[0-9]*)?|[+-]?${part}[0-9]+)([eE][+-]?[0-9]+)?`;
  const bare = thousands === '' ? text : `replace(${text}, ${quoteText(thousands)}, '')`;
  const dotted = decimal === '.' || to === 'bigint' ? bare : `replace(${bare}, ${quoteText(decimal)}, '.')`;
  const value = to === 'bigint' ? `try_cast(${dotted} as bigint)` : `case when isfinite(try_cast(${dotted} as double)) then try_cast(${dotted} as double) end`;
  return `case when regexp_full_match(${text}, ${quoteText(pattern)}) then ${value} end`;
}

/** Marks our own failure among DuckDB's errors. */
export const badValueMark = 'csv-bad-value';

const isText = (type: ColumnType): boolean => type === 'string' || type === 'binary';

/** The converted value; a query with a value that does not fit fails with `badValueMark`. `cell`: SQL of type VARCHAR. */
export function strictCast(cell: string, column: Pick<CsvColumn, 'type' | 'format'>, style: NumberStyle): string {
  const { fast, slow } = conversion(cell, column, style);
  if (isText(column.type)) return slow;
  const failing = (value: string) => `coalesce(${value}, error(${quoteText(badValueMark)}))`;
  const first = fast === null ? '' : `when ${fast.when} then ${failing(fast.value)} `;
  return `case ${first}when ${cell} is null then null else ${failing(slow)} end`;
}

/** The converted value, or null where the text is not of the type. */
export function triedCast(cell: string, column: Pick<CsvColumn, 'type' | 'format'>, style: NumberStyle): string {
  const { fast, slow } = conversion(cell, column, style);
  return fast === null ? slow : `case when ${fast.when} then ${fast.value} else ${slow} end`;
}

/** True where a value does not fit. */
export function misfit(cell: string, column: Pick<CsvColumn, 'type' | 'format'>, style: NumberStyle): string {
  if (isText(column.type)) return 'false';
  return `(${cell} is not null and ${triedCast(cell, column, style)} is null)`;
}
