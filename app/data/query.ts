import type { DuckDBConnection, DuckDBTypeId } from '@duckdb/node-api';
import { PenstockError } from '#app/core/errors.ts';
import { sharedFloats } from '#app/core/shared-table.ts';
import { formatCount } from '#app/core/units.ts';
import type { Column, ColumnType, Schema } from '#app/relation/types.ts';
import { contiguousItems, forEachChunk, NumberBlocks } from './chunks.ts';
import { isNumeric, logicalType } from './column-types.ts';
import { quoteName } from './sql.ts';

export type Cell = null | boolean | number | string;

/** Names and logical types that a query gives, without running it. */
export async function describeQuery(connection: DuckDBConnection, sql: string): Promise<{ schema: Schema; typeIds: readonly DuckDBTypeId[] }> {
  const statement = await connection.prepare(sql);
  try {
    const schema: Column[] = [];
    const typeIds: DuckDBTypeId[] = [];
    for (let i = 0; i < statement.columnCount; i += 1) {
      const typeId = statement.columnTypeId(i);
      typeIds.push(typeId);
      schema.push({ name: statement.columnName(i), type: logicalType(typeId) });
    }
    return { schema, typeIds };
  } finally {
    statement.destroySync();
  }
}

/** SQL of one column as its logical type's carrier in JS: numbers, booleans, or text (ISO for dates and times, hex for binary). */
export function cellExpression(name: string, type: ColumnType): string {
  const quoted = quoteName(name);
  switch (type) {
    case 'boolean':
      return quoted;
    case 'integer':
      return `${quoted}::bigint`;
    case 'float':
      return `${quoted}::double`;
    case 'timestamp':
      return `${quoted}::timestamp::varchar`;
    case 'binary':
      return `hex(${quoted})`;
    default:
      return `${quoted}::varchar`;
  }
}

/** @throws PenstockError `result-too-large`. */
export async function queryRows(connection: DuckDBConnection, sql: string, limit: number): Promise<{ schema: Schema; rows: Cell[][] }> {
  const { schema } = await describeQuery(connection, sql);
  const cells = schema.map((column) => cellExpression(column.name, column.type)).join(', ');
  const rows: Cell[][] = [];
  await forEachChunk(connection, `select ${cells} from (${sql}) limit ${limit + 1}`, (chunk) => {
    for (const row of chunk.getRows()) rows.push(row.map(toCell));
  });
  if (rows.length > limit) {
    throw new PenstockError('result-too-large', `The result has more than ${formatCount(limit)} rows.`, {
      remedy: 'Aggregate or limit the table first.',
    });
  }
  return { schema, rows };
}

/** Whole numbers beyond 2⁵³ lose their last digits here; pages keep them exact. */
function toCell(value: unknown): Cell {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  return String(value);
}

export async function queryCount(connection: DuckDBConnection, sql: string): Promise<number> {
  const result = await connection.runAndReadAll(`select count(*) from (${sql})`);
  return Number(result.getRows()[0]?.[0] ?? 0);
}

/** Row-major float32 on memory that threads share; null, NaN and numbers beyond float32's range become NaN. */
export async function queryMatrix(
  connection: DuckDBConnection,
  sql: string,
  columns: readonly string[],
): Promise<{ data: Float32Array; rows: number }> {
  if (columns.length === 0) return { data: new Float32Array(0), rows: await queryCount(connection, sql) };
  const { schema } = await describeQuery(connection, sql);
  for (const name of columns) {
    const { type } = findColumn(schema, name);
    if (!isNumeric(type)) {
      throw new PenstockError('not-numeric', `Column “${name}” is ${type}, not a number.`, {
        remedy: 'Encode it in the Preprocess node, or leave it out of the features.',
        place: { column: name },
      });
    }
  }
  const cells = columns.map((name) => `coalesce(try_cast(${quoteName(name)} as float), 'nan'::float)`).join(', ');
  const width = columns.length;
  const blocks = new NumberBlocks((length) => new Float32Array(length));
  await forEachChunk(connection, `select ${cells} from (${sql})`, (chunk) => {
    const rows = chunk.rowCount;
    const view = blocks.next(rows * width);
    for (let c = 0; c < width; c += 1) {
      const items = contiguousItems(chunk, c);
      for (let r = 0, at = c; r < rows; r += 1, at += width) view[at] = items[r] as number;
    }
  });
  return { data: blocks.join(sharedFloats), rows: blocks.length / width };
}

/** Numeric columns as Float64Array (null → NaN), others as text. */
export async function queryColumn(connection: DuckDBConnection, sql: string, name: string): Promise<Float64Array | (string | null)[]> {
  const { schema } = await describeQuery(connection, sql);
  const { type } = findColumn(schema, name);
  if (isNumeric(type)) {
    const blocks = new NumberBlocks((length) => new Float64Array(length));
    await forEachChunk(connection, `select coalesce(${quoteName(name)}::double, 'nan'::double) from (${sql})`, (chunk) => {
      blocks.next(chunk.rowCount).set(contiguousItems(chunk, 0));
    });
    return blocks.join();
  }
  const texts: (string | null)[] = [];
  await forEachChunk(connection, `select ${cellExpression(name, type)} from (${sql})`, (chunk) => {
    for (const value of chunk.getColumnValues(0)) texts.push(value === null ? null : String(value));
  });
  return texts;
}

function findColumn(schema: Schema, name: string): Column {
  const column = schema.find((candidate) => candidate.name === name);
  if (column === undefined) {
    throw new PenstockError('unknown-column', `There is no column “${name}”.`, {
      remedy: `Choose one of: ${schema.map((candidate) => candidate.name).join(', ')}.`,
      place: { column: name },
    });
  }
  return column;
}
