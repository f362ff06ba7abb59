import type { Dialect } from './dialect.ts';

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const sqliteDialect: Dialect = {
  quote,
  placeholder: () => '?',
  value: (value, type) => {
    if (type === 'boolean') return value === true ? 1n : 0n;
    return type === 'integer' ? BigInt(Number(value)) : type === 'float' ? Number(value) : String(value);
  },
  column({ name, type }) {
    const quoted = quote(name);
    if (type === 'integer' || type === 'float') return quoted;
    if (type === 'boolean') return `(${quoted} <> 0)`;
    // A column may hold numbers beside texts; all of it is read as text. Dates are texts of several forms: they are compared here.
    return type === 'string' ? `cast(${quoted} as text)` : null;
  },
  toFloat: (sql) => `cast(${sql} as real)`,
  textEquals: (a, b) => `(${a()} = ${b()} collate binary)`,
  textOrder: (sql) => `${sql} collate binary`,
  // LIKE takes “a” and “A” for the same in SQLite; GLOB does not.
  like: (sql, pattern, place) => `(${sql} glob ${place(pattern.replace(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?'))})`,
  startsWith: (sql, start, place) => `(substr(${sql}, 1, ${[...start].length}) = ${place(start)} collate binary)`,
};
