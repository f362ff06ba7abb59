import type { ColumnType } from '#app/relation/types.ts';
import type { Dialect } from './dialect.ts';

const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

const whole = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year']);
const texts = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum']);

const places: Readonly<Record<ColumnType, string>> = {
  boolean: 'cast(? as signed)',
  integer: 'cast(? as signed)',
  float: 'cast(? as double)',
  // The collation of the parameter must not decide: with this one, any column's own wins.
  string: '?',
  date: 'cast(? as date)',
  time: 'cast(? as time(6))',
  timestamp: 'cast(? as datetime(6))',
  binary: '?',
};

/** Bytes of the text in UTF-8: the collations of MySQL take “a”, “A” and “a ” for the same. */
const bytes = (sql: string): string => `cast(convert(${sql} using utf8mb4) as binary)`;

export const mysqlDialect: Dialect = {
  quote,
  placeholder: (_, type) => places[type],
  value: (value, type) => (type === 'boolean' ? (value === true ? '1' : '0') : String(value)),
  column({ name, base, type }) {
    const quoted = quote(name);
    if (base === 'tinyint(1)') return `(${quoted} <> 0)`;
    if (base === 'decimal') return type === 'float' ? `cast(${quoted} as double)` : type === 'integer' ? quoted : null;
    if (whole.has(base) || base === 'double' || texts.has(base)) return quoted;
    // Zero dates are read as missing, and are so in conditions.
    if (base === 'date' || base === 'datetime' || base === 'timestamp') return `(case when month(${quoted}) > 0 and dayofmonth(${quoted}) > 0 then ${quoted} end)`;
    return null;
  },
  toFloat: (sql) => `cast(${sql} as double)`,
  // The first comparison can use an index; the second decides.
  textEquals: (a, b) => `(${a()} = ${b()} and ${bytes(a())} = ${bytes(b())})`,
  textOrder: bytes,
  // “_” would stand for one byte, and a backslash escapes.
  like: (sql, pattern, place) => (/[_\\]/.test(pattern) ? null : `(${bytes(sql)} like ${bytes(place(pattern))})`),
  startsWith: (sql, start, place) => `(left(${bytes(sql)}, ${Buffer.byteLength(start)}) = ${bytes(place(start))})`,
};
