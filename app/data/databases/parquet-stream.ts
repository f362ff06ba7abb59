import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, VARCHAR, type DuckDBConnection, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { readParquet } from '#app/relation/emitters/duckdb/index.ts';
import type { ColumnType } from '#app/relation/types.ts';
import { physicalType } from '../column-types.ts';
import { copyToParquet } from '../parquet.ts';
import { quoteName } from '../sql.ts';
import type { Cell, RowStream } from './types.ts';

const chunkRows = 2048;
/** What is held in memory before it goes to disk as a part: cells, and letters of texts. */
const partCells = 600_000;
const partLetters = 16_000_000;

/** Rows: DuckDB holds several groups at once while it joins the parts, so smaller ones than its own bound the memory. */
const joinedGroup = 61_440;

const carriers: Readonly<Record<ColumnType, DuckDBType>> = {
  boolean: BOOLEAN,
  integer: BIGINT,
  float: DOUBLE,
  string: VARCHAR,
  date: VARCHAR,
  time: VARCHAR,
  timestamp: VARCHAR,
  binary: VARCHAR,
};

/**
 * Writes a stream of rows as one Parquet file in bounded memory, however long it is: rows gather in a temporary table of DuckDB, which is
 * written as a part whenever it is full; at the end the parts are joined, in order.
 * @throws PenstockError `bad-value`, `disk-full`; CancelledError when the signal aborts between batches.
 */
export async function streamToParquet(connection: DuckDBConnection, stream: RowStream, path: string, signal: AbortSignal, rowsRead: (rows: number) => void): Promise<{ rows: number; bytes: number }> {
  const table = `stream_${randomBytes(6).toString('hex')}`;
  const types = stream.columns.map(({ type }) => carriers[type]);
  const create = `create temp table ${table} (${types.map((type, i) => `c${i} ${String(type)}`).join(', ')})`;
  const cells = stream.columns.map(({ name, type }, i) => `${fromCarrier(`c${i}`, type)} as ${quoteName(name)}`).join(', ');
  const parts: string[] = [];
  let total = 0;
  let held = 0;
  let letters = 0;
  await connection.run(create);
  try {
    let appender = await connection.createAppender(table);
    try {
      for await (const batch of stream.batches) {
        if (signal.aborted) throw new CancelledError();
        for (let from = 0; from < batch.length; from += chunkRows) {
          const rows = batch.slice(from, from + chunkRows);
          const chunk = DuckDBDataChunk.create(types, rows.length);
          for (let i = 0; i < types.length; i += 1) {
            const values = rows.map((row) => row[i] ?? null);
            if (types[i] === VARCHAR) for (const value of values) letters += typeof value === 'string' ? value.length : 0;
            chunk.setColumnValues(i, values as DuckDBValue[]);
          }
          appender.appendDataChunk(chunk);
        }
        total += batch.length;
        held += batch.length;
        rowsRead(total);
        if (held * types.length < partCells && letters < partLetters) continue;
        appender.closeSync();
        const part = `${path}.part${parts.length}`;
        parts.push(part);
        await copyToParquet(connection, `select ${cells} from ${table}`, part);
        await connection.run(`drop table ${table}`);
        await connection.run(create);
        appender = await connection.createAppender(table);
        held = 0;
        letters = 0;
      }
    } finally {
      appender.closeSync();
    }
    const rest = `select ${cells} from ${table}`;
    if (parts.length === 0) return await copyToParquet(connection, rest, path);
    return await copyToParquet(connection, `from ${readParquet(parts)} union all ${rest}`, path, { rowGroup: joinedGroup });
  } finally {
    await connection.run(`drop table if exists ${table}`).catch(() => undefined);
    for (const part of parts) await rm(part, { force: true });
  }
}

function fromCarrier(carrier: string, type: ColumnType): string {
  if (type === 'binary') return `unhex(${carrier})`;
  return carriers[type] === VARCHAR && type !== 'string' ? `${carrier}::${physicalType[type]}` : carrier;
}

/** A whole number as it was sent, held to what `integer` can hold. @throws PenstockError `database-number-range`. */
export function toInteger(text: string | number | bigint, column: string): bigint {
  const value = BigInt(text);
  if (value >= -(2n ** 63n) && value < 2n ** 63n) return value;
  throw new PenstockError('database-number-range', `Column “${column}” holds ${value}, which is beyond the whole numbers that fit (64 bits).`, {
    remedy: 'Set “Exact numbers” to “As text”, or convert the column in the SQL.',
    place: { column },
  });
}

/** Counts what had to become missing, by column, for a sentence at the end. */
export class MissingNotes {
  readonly #counts = new Map<string, number>();

  add(column: string, what: string): null {
    const key = `${column}\0${what}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return null;
  }

  sentences(): string[] {
    return [...this.#counts].map(([key, count]) => {
      const [column = '', what = ''] = key.split('\0');
      return `Column “${column}”: ${count} ${count === 1 ? 'value was' : 'values were'} ${what} and became missing.`;
    });
  }
}

export type Decode = (raw: unknown) => Cell;
