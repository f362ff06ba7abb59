import type { DuckDBConnection } from '@duckdb/node-api';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { Schema } from '#app/relation/types.ts';
import { contiguousItems, forEachChunk, NumberBlocks } from '../chunks.ts';
import { isNumeric } from '../column-types.ts';
import { cellExpression, describeQuery } from '../query.ts';
import { quoteName } from '../sql.ts';

export interface ColumnParts {
  readonly schema: Schema;
  readonly rows: number;
  /** By column: for boolean, integer and float one part of float64, missing as NaN; for others JSON arrays of text, each of up to 65 536 rows. */
  readonly columns: readonly (readonly Uint8Array[])[];
}

const textRows = 65_536;

/**
 * A query's result as columns in binary form, from one query, in row order; rows never become objects. Whole numbers beyond 2⁵³ are
 * rounded: neither JavaScript nor a column with missing values in pandas has more digits.
 * @throws PenstockError `result-too-large`.
 */
export async function columnParts(connection: DuckDBConnection, sql: string, limit: number): Promise<ColumnParts> {
  const { schema } = await describeQuery(connection, sql);
  const cells = schema.map(({ name, type }) => (isNumeric(type) ? `coalesce(${quoteName(name)}::double, 'nan'::double)` : cellExpression(name, type)));
  const numbers = schema.map(() => new NumberBlocks((length) => new Float64Array(length)));
  const texts = schema.map((): (string | null)[] => []);
  const parts = schema.map((): Uint8Array[] => []);
  const encoder = new TextEncoder();
  const flush = (column: number): void => {
    const text = texts[column] ?? [];
    if (text.length === 0) return;
    parts[column]?.push(encoder.encode(JSON.stringify(text)));
    texts[column] = [];
  };
  let rows = 0;
  await forEachChunk(connection, `select ${cells.join(', ')} from (${sql}) limit ${limit + 1}`, (chunk) => {
    rows += chunk.rowCount;
    if (rows > limit) return;
    schema.forEach(({ type }, i) => {
      if (isNumeric(type)) {
        numbers[i]?.next(chunk.rowCount).set(contiguousItems(chunk, i));
        return;
      }
      const text = texts[i] ?? [];
      for (const value of chunk.getColumnValues(i)) text.push(value === null ? null : String(value));
      if (text.length + 2048 > textRows) flush(i);
    });
  });
  if (rows > limit) {
    throw new PenstockError('result-too-large', `The table has more than ${formatCount(limit)} rows, the limit of a script.`, {
      remedy: 'Take fewer rows with Sample or Group By, do it with SQL or Formula, which have no limit, or raise the limit of rows.',
    });
  }
  schema.forEach(({ type }, i) => {
    if (!isNumeric(type)) return flush(i);
    const joined = numbers[i]?.join() ?? new Float64Array();
    parts[i]?.push(new Uint8Array(joined.buffer, joined.byteOffset, joined.byteLength));
  });
  return { schema, rows, columns: parts };
}
