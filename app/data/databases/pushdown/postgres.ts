import type { ColumnType } from '#app/relation/types.ts';
import type { Dialect } from './dialect.ts';

const types: Readonly<Record<ColumnType, string>> = {
  boolean: 'boolean',
  integer: 'bigint',
  float: 'double precision',
  string: 'text',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  binary: 'bytea',
};

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Kinds whose own comparison is the one that we make; others are compared as what they are read as. */
const plain = new Set(['bool', 'int2', 'int4', 'int8', 'float8', 'text', 'varchar', 'date', 'timestamp']);

export const postgresDialect: Dialect = {
  quote,
  placeholder: (index, type) => `$${index}::${types[type]}`,
  value: (value, type) => (type === 'boolean' ? (value === true ? 'true' : 'false') : String(value)),
  column({ name, base, type }) {
    const quoted = quote(name);
    if (plain.has(base)) return quoted;
    if (base === 'timestamptz') return `(${quoted} at time zone 'UTC')`;
    if (base === 'float4') return null;
    if (base === 'numeric') return type === 'float' ? `${quoted}::double precision` : type === 'integer' ? `${quoted}::bigint` : null;
    if (base === 'uuid' || base === 'enum') return `${quoted}::text`;
    return null;
  },
  toFloat: (sql) => `${sql}::double precision`,
  textEquals: (a, b) => `(${a()} = ${b()})`,
  textOrder: (sql) => `(${sql} collate "C")`,
  // A backslash is an ordinary letter here.
  like: (sql, pattern, place) => `(${sql} like ${place(pattern)} escape '')`,
  startsWith: (sql, start, place) => `starts_with(${sql}, ${place(start)})`,
};
