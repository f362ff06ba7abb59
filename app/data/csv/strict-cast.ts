import type { ColumnType } from '#app/relation/types.ts';
import { quoteText } from '../sql.ts';

/**
 * SQL that converts CSV text and refuses what DuckDB's own casts let through: `12.5` as the integer 13, `1_000`, `0x1F`, `epoch` as a
 * date, a timestamp cut to a date, an offset dropped from a timestamp, `1e400` as infinity.
 */

/** `cell`: SQL of type VARCHAR. Gives the converted value, or null where the text is not of the type. */
function converted(cell: string, type: ColumnType): string {
  const text = `trim(${cell})`;
  const matching = (pattern: string, to: string) => `case when regexp_full_match(${text}, ${quoteText(pattern)}) then try_cast(${text} as ${to}) end`;
  switch (type) {
    case 'integer':
      // The first branch spares most values the regular expression.
      return `case when try_cast(${cell} as bigint)::varchar = ${cell} then try_cast(${cell} as bigint) else ${matching('[+-]?[0-9]+', 'bigint')} end`;
    case 'float':
      return `case when isfinite(try_cast(${cell} as double)) and not contains(${cell}, '_') then try_cast(${cell} as double) end`;
    case 'boolean':
      return `case when lower(${text}) in ('true', 't', 'yes', 'y', '1') then true when lower(${text}) in ('false', 'f', 'no', 'n', '0') then false end`;
    case 'date':
      return matching('[0-9]{4}-[0-9]{2}-[0-9]{2}', 'date');
    case 'time':
      return matching('[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?', 'time');
    case 'timestamp':
      return matching('[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?Z?)?', 'timestamp');
    case 'binary':
      return `encode(${cell})`;
    case 'string':
      return cell;
  }
}

/** Marks our own failure among DuckDB's errors. */
export const badValueMark = 'csv-bad-value';

/** The converted value; a query with a value that does not fit fails with `badValueMark`. */
export function strictCast(cell: string, type: ColumnType): string {
  if (type === 'string' || type === 'binary') return converted(cell, type);
  return `case when ${cell} is null then null else coalesce(${converted(cell, type)}, error(${quoteText(badValueMark)})) end`;
}

/** True where a value does not fit. */
export function misfit(cell: string, type: ColumnType): string {
  if (type === 'string' || type === 'binary') return 'false';
  return `(${cell} is not null and ${converted(cell, type)} is null)`;
}
