import type { ColumnType } from '../../types.ts';

/** DuckDB's type for each logical type. */
export const duckdbTypes: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOLEAN',
  integer: 'BIGINT',
  float: 'DOUBLE',
  string: 'VARCHAR',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  binary: 'BLOB',
};

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Text as SQL. U+0000 would end the statement, so it is written as chr(0). */
export function quoteText(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? (parts[0] ?? "''") : `(${parts.join(' || chr(0) || ')})`;
}

/**
 * A path as DuckDB's readers take it. They expand `*`, `?` and `[`, and would then read a neighbour of a file with such a name,
 * so these characters are matched by one-character classes.
 */
export const quotePath = (path: string): string => quoteText(path.replace(/[*?[]/g, '[$&]'));

/** A constant as SQL of exactly its logical type (a bare 5 would be 32-bit and overflow early, a bare 0.1 a decimal). */
export function literalSql(value: null | boolean | number | string, type: ColumnType): string {
  if (value === null) return `NULL::${duckdbTypes[type]}`;
  switch (type) {
    case 'boolean':
      return value === true ? 'true' : 'false';
    case 'integer':
      return `(${value})::BIGINT`;
    case 'float':
      return floatSql(Number(value));
    case 'string':
      return quoteText(String(value));
    case 'date':
    case 'time':
    case 'timestamp':
      return `${duckdbTypes[type]} ${quoteText(String(value))}`;
    case 'binary':
      return `unhex(${quoteText(String(value))})`;
  }
}

/** With an exponent the parser reads the digits straight into a double. */
function floatSql(value: number): string {
  if (!Number.isFinite(value)) return `'${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}'::DOUBLE`;
  // The parser would read -0e0 as the negation of zero, which is zero.
  if (Object.is(value, -0)) return "'-0.0'::DOUBLE";
  const digits = String(Math.abs(value));
  const text = digits.includes('e') ? digits : `${digits}e0`;
  return value < 0 ? `(-${text})` : text;
}

/** A constant of inline rows and of a pivot, where numbers may be text: integers beyond 2⁵³, infinities. */
export const valueSql = (value: null | boolean | number | string, type: ColumnType): string =>
  typeof value === 'string' && (type === 'integer' || type === 'float') ? `${quoteText(value)}::${duckdbTypes[type]}` : literalSql(value, type);
