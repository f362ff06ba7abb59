import type { ColumnType } from '#app/relation/types.ts';
import type { DecimalMode } from '#app/sdk/databases.ts';
import { MissingNotes, toInteger, type Decode } from '../parquet-stream.ts';
import { postgresDialect } from '../pushdown/postgres.ts';
import type { OutsideColumn } from '../types.ts';

/** A column as the server describes it; for a domain, what it is made of. */
export interface PostgresField {
  readonly name: string;
  /** `numeric(10,2)`, `integer[]`. */
  readonly formatted: string;
  /** pg_type.typname. */
  readonly base: string;
  /** pg_type.typtype: e for enums, c for composites. */
  readonly typtype: string;
  readonly category: string;
  /** -1: none. */
  readonly modifier: number;
}

const simple: Readonly<Record<string, ColumnType>> = {
  bool: 'boolean',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'integer',
  float4: 'float',
  float8: 'float',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamp',
  bytea: 'binary',
};

/** The logical type of a PostgreSQL column, and what is to be said of the conversion. Everything has one; what is no value of ours is text. */
export function postgresColumn(field: PostgresField, decimals: DecimalMode): OutsideColumn {
  const { name, formatted, base, typtype, category, modifier } = field;
  const column = (type: ColumnType, note?: string, own = base): OutsideColumn => ({ name, type, sourceType: formatted, base: own, ...(note === undefined ? {} : { note }) });
  const known = simple[base];
  if (base === 'timestamptz') return column('timestamp', 'Times are given in UTC.');
  if (known !== undefined) return column(known);
  if (base === 'numeric') {
    const precision = modifier < 0 ? null : (modifier - 4) >> 16;
    const scale = modifier < 0 ? null : (modifier - 4) & 0x7ff;
    if (scale === 0 && precision !== null && precision <= 18) return column('integer');
    return decimals === 'text' ? column('string') : column('float', precision !== null && precision <= 15 ? undefined : 'Exact decimals become floating-point numbers of about 15 digits; “As text” keeps all of them.');
  }
  if (base === 'money') return column(decimals === 'text' ? 'string' : 'float', 'The amount without its currency sign.');
  if (category === 'A') return column('string', 'Lists are kept as JSON text.', 'array');
  if (typtype === 'c') return column('string', 'Rows are kept as JSON text.', 'composite');
  if (typtype === 'e') return column('string', undefined, 'enum');
  if (base === 'json' || base === 'jsonb') return column('string', 'JSON is kept as text.');
  if (['text', 'varchar', 'bpchar', 'uuid', 'name', 'citext'].includes(base)) return column('string');
  return column('string', `${formatted} has no type of its own here; its values are kept as text, as PostgreSQL writes them.`);
}

/** SQL that gives a column in a form that `decoder` reads. */
export function postgresRead({ name, base }: OutsideColumn): string {
  const quoted = postgresDialect.quote(name);
  if (base === 'timestamptz') return `(${quoted} at time zone 'UTC')`;
  if (base === 'array' || base === 'composite') return `to_json(${quoted})::text`;
  if (base === 'money') return `${quoted}::numeric`;
  return quoted;
}

/** From the text of the wire. */
export function postgresDecoder(column: OutsideColumn, notes: MissingNotes): Decode {
  const { name, type } = column;
  const wire = (convert: (text: string) => ReturnType<Decode>): Decode => (raw) => (raw === null ? null : convert(String(raw)));
  switch (type) {
    case 'boolean':
      return wire((text) => text === 't');
    case 'integer':
      return wire((text) => toInteger(text, name));
    case 'float':
      return wire(Number);
    case 'date':
    case 'timestamp':
      return wire((text) => (text.endsWith('infinity') ? notes.add(name, 'infinite') : text.endsWith(' BC') ? text.replace(' BC', ' (BC)') : text));
    case 'binary':
      return wire((text) => text.slice(2));
    default:
      return wire((text) => text);
  }
}

/** The type of a column that we make. */
export const postgresCreateTypes: Readonly<Record<ColumnType, string>> = {
  boolean: 'boolean',
  integer: 'bigint',
  float: 'double precision',
  string: 'text',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  binary: 'bytea',
};
