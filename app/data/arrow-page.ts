import { Bool, Field, Float64, Int64, RecordBatch, Schema as ArrowSchema, Struct, Table, Utf8, makeData, tableToIPC, vectorFromArray, type Data, type DataType } from 'apache-arrow';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '#app/relation/types.ts';
import type { PositionedQuery } from './positioned.ts';
import { forEachChunk } from './chunks.ts';
import { cellExpression, describeQuery } from './query.ts';
import { quoteName, quoteText } from './sql.ts';

export interface PageOptions {
  readonly offset: number;
  readonly limit: number;
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
}

/** Characters of a text cell, and bytes of a binary cell, that a page carries; longer values are cut and say so. */
const textPreview = 2000;
const binaryPreview = 32;

/**
 * One page as an Arrow IPC stream. Arrow types by logical type: boolean → Bool; float → Float64; integer → Float64 while every value of
 * the page is a safe integer (|v| < 2⁵³), else Int64, so no digit is ever lost; string, date, time, timestamp → Utf8 (ISO text,
 * `2024-01-31 10:00:00`); binary → Utf8 (`0a ff … (1204 bytes)`). The logical type is in the field's metadata under `type`.
 * `positioned`: the same rows with their places, where they have some. Sorted pages break ties by position, so that pages neither repeat nor miss a row.
 */
export async function queryArrowPage(connection: DuckDBConnection, sql: string, options: PageOptions, positioned: PositionedQuery | null = null): Promise<Uint8Array> {
  const { schema } = await describeQuery(connection, sql);
  const cells = schema.map((column, i) => `${pageExpression(column)} as c${i}`).join(', ');
  const [first, count] = [Math.trunc(options.offset), Math.trunc(options.limit)];
  const limit = `limit ${count} offset ${first}`;
  let source = `from (${sql}) ${limit}`;
  if (options.sort.length > 0) {
    const place = positioned?.position ?? unusedName('position', schema);
    const keys = options.sort.map((key) => `${quoteName(key.column)} ${key.descending ? 'desc' : 'asc'} nulls last`);
    const rows = positioned?.sql ?? `select *, row_number() over () as ${place} from (${sql})`;
    source = `from (${rows}) order by ${[...keys, place].join(', ')} ${limit}`;
  } else if (positioned?.whole === true) {
    source = `from (${positioned.sql}) where ${positioned.position} between ${first} and ${first + count - 1} order by ${positioned.position}`;
  }
  const values: unknown[][] = schema.map(() => []);
  await forEachChunk(connection, `select ${cells} ${source}`, (chunk) => {
    values.forEach((column, i) => {
      for (const value of chunk.getColumnValues(i)) column.push(value);
    });
  });
  return toIpc(schema, values);
}

function pageExpression(column: Column): string {
  const quoted = quoteName(column.name);
  switch (column.type) {
    case 'binary':
      return (
        `trim(regexp_replace(lower(hex(${quoted}[1:${binaryPreview}])), '(..)', '\\1 ', 'g'))` +
        ` || case when octet_length(${quoted}) > ${binaryPreview} then ' …' else '' end || ' (' || octet_length(${quoted}) || ' bytes)'`
      );
    case 'string': {
      const text = `${quoted}::varchar`;
      return `case when length(${text}) > ${textPreview} then left(${text}, ${textPreview}) || ${quoteText('… (')} || length(${text}) || ${quoteText(' characters)')} else ${text} end`;
    }
    default:
      return cellExpression(column.name, column.type);
  }
}

function toIpc(schema: readonly Column[], values: readonly unknown[][]): Uint8Array {
  const length = values[0]?.length ?? 0;
  const children = schema.map((column, i) => columnData(column, values[i] ?? []));
  const fields = schema.map((column, i) => {
    const type: DataType = children[i]?.type ?? new Utf8();
    return new Field(column.name, type, true, new Map([['type', column.type]]));
  });
  const arrowSchema = new ArrowSchema(fields);
  const data = makeData({ type: new Struct(fields), length, nullCount: 0, children });
  return tableToIPC(new Table(arrowSchema, new RecordBatch(arrowSchema, data)), 'stream');
}

function columnData(column: Column, values: readonly unknown[]): Data {
  switch (column.type) {
    case 'boolean':
      return arrowData(values as (boolean | null)[], new Bool());
    case 'float':
      return arrowData(values as (number | null)[], new Float64());
    case 'integer': {
      const integers = values as (bigint | null)[];
      if (integers.every((value) => value === null || (value >= -9007199254740991n && value <= 9007199254740991n))) {
        return arrowData(integers.map((value) => (value === null ? null : Number(value))), new Float64());
      }
      return arrowData(integers, new Int64());
    }
    default:
      return arrowData(values as (string | null)[], new Utf8());
  }
}

function arrowData(values: readonly unknown[], type: DataType): Data {
  const data = vectorFromArray([...values], type).data[0];
  return data ?? makeData({ type, length: 0, nullCount: 0 } as Parameters<typeof makeData>[0]);
}

function unusedName(base: string, schema: readonly Column[]): string {
  const taken = new Set(schema.map((column) => column.name.toLowerCase()));
  let name = base;
  while (taken.has(name)) name += '_';
  return name;
}
