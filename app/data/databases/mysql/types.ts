import type { ColumnType } from '#app/relation/types.ts';
import type { DecimalMode } from '#app/sdk/databases.ts';
import { MissingNotes, toInteger, type Decode } from '../parquet-stream.ts';
import { mysqlDialect } from '../pushdown/mysql.ts';
import type { OutsideColumn } from '../types.ts';

/** A column as the server describes it. Numbers are those of the protocol (enum_field_types, column flags, charset 63 = binary). */
export interface MysqlField {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly charset: number;
  /** In bytes of the connection's character set; the display width of numbers. */
  readonly length: number;
  readonly decimals: number;
}

const unsignedFlag = 32;
const enumFlag = 256;
const setFlag = 2048;
const binaryCharset = 63;

const wholes: Readonly<Record<number, string>> = { 1: 'tinyint', 2: 'smallint', 3: 'int', 8: 'bigint', 9: 'mediumint', 13: 'year' };

/** The logical type of a MySQL or MariaDB column, and what is to be said of the conversion. */
export function mysqlColumn(field: MysqlField, decimals: DecimalMode): OutsideColumn {
  const { name, type, flags, length } = field;
  const unsigned = (flags & unsignedFlag) !== 0;
  const column = (to: ColumnType, base: string, note?: string, sourceType = base): OutsideColumn => ({ name, type: to, sourceType, base, ...(note === undefined ? {} : { note }) });
  const whole = wholes[type];
  if (type === 1 && length === 1 && !unsigned) return column('boolean', 'tinyint(1)', 'tinyint(1) is read as true or false: any number but 0 is true.');
  if (type === 8 && unsigned && decimals === 'text') return column('string', 'bigint unsigned');
  if (whole !== undefined) return column('integer', whole, undefined, unsigned && type !== 13 ? `${whole} unsigned` : whole);
  switch (type) {
    case 0:
    case 246: {
      // The length counts the sign and the point.
      const precision = length - (field.decimals > 0 ? 1 : 0) - (unsigned ? 0 : 1);
      const said = `decimal(${precision},${field.decimals})`;
      if (field.decimals === 0 && precision <= 18) return column('integer', 'decimal', undefined, said);
      if (decimals === 'text') return column('string', 'decimal', undefined, said);
      return column('float', 'decimal', precision <= 15 ? undefined : 'Exact decimals become floating-point numbers of about 15 digits; “As text” keeps all of them.', said);
    }
    case 4:
      return column('float', 'float');
    case 5:
      return column('float', 'double');
    case 7:
      return column('timestamp', 'timestamp', 'Times are given in UTC.');
    case 12:
      return column('timestamp', 'datetime');
    case 10:
    case 14:
      return column('date', 'date');
    case 11:
      return column('time', 'time', 'Times of day; durations below 0 or over 24 hours become missing.');
    case 16:
      return length === 1 ? column('boolean', 'bit', undefined, 'bit(1)') : column('integer', 'bit', undefined, `bit(${length})`);
    case 245:
      return column('string', 'json', 'JSON is kept as text.');
    case 255:
      return column('string', 'geometry', 'Shapes are kept as text (WKT).');
  }
  if ((flags & enumFlag) !== 0) return column('string', 'enum');
  if ((flags & setFlag) !== 0) return column('string', 'set', 'Sets are kept as text, their members separated by commas.');
  if (field.charset === binaryCharset && type !== 6) return column('binary', 'blob', undefined, type === 253 || type === 254 ? 'binary' : 'blob');
  return column('string', type === 254 ? 'char' : type === 253 ? 'varchar' : 'text');
}

export function mysqlRead({ name, base }: OutsideColumn): string {
  const quoted = mysqlDialect.quote(name);
  return base === 'geometry' ? `st_astext(${quoted})` : quoted;
}

/** From what the client gives: numbers, texts (dates, decimals, 64-bit numbers), buffers. */
export function mysqlDecoder(column: OutsideColumn, notes: MissingNotes): Decode {
  const { name, type, base } = column;
  const present = (convert: (raw: unknown) => ReturnType<Decode>): Decode => (raw) => (raw === null || raw === undefined ? null : convert(raw));
  if (base === 'bit') return present((raw) => (type === 'boolean' ? bits(raw) !== 0n : toInteger(bits(raw), name)));
  switch (type) {
    case 'boolean':
      return present((raw) => Number(raw) !== 0);
    case 'integer':
      return present((raw) => toInteger(raw as string | number, name));
    case 'float':
      return present(Number);
    case 'date':
    case 'timestamp':
      return present((raw) => (/^0000|-00/.test(String(raw)) ? notes.add(name, 'zero dates') : String(raw)));
    case 'time':
      return present((raw) => {
        const text = String(raw);
        return text.startsWith('-') || Number(text.split(':')[0]) >= 24 ? notes.add(name, 'outside of a day') : text;
      });
    case 'binary':
      return present((raw) => (raw as Buffer).toString('hex'));
    default:
      return present((raw) => (Buffer.isBuffer(raw) ? raw.toString('utf8') : String(raw)));
  }
}

function bits(raw: unknown): bigint {
  return Buffer.isBuffer(raw) && raw.length > 0 ? BigInt(`0x${raw.toString('hex')}`) : BigInt(Number(raw));
}

/** The type of a column that we make. A key must have a bound. */
export function mysqlCreateType(type: ColumnType, isKey: boolean): string {
  const types: Readonly<Record<ColumnType, string>> = {
    boolean: 'tinyint(1)',
    integer: 'bigint',
    float: 'double',
    string: isKey ? 'varchar(255) character set utf8mb4 collate utf8mb4_bin' : 'longtext character set utf8mb4',
    date: 'date',
    time: 'time(6)',
    timestamp: 'datetime(6)',
    binary: isKey ? 'varbinary(255)' : 'longblob',
  };
  return types[type];
}
