import type { DuckDBConnection } from '@duckdb/node-api';
import type { Schema } from '#app/relation/types.ts';
import { physicalType } from '../column-types.ts';
import { copyToParquet } from '../parquet.ts';
import { quoteName, quoteText } from '../sql.ts';

/**
 * JSON lines of a request log as Parquet. Every value is read as text first and then brought to its column's type, so that one that does not fit
 * (a number that was text in an earlier version) is missing instead of losing its row. A last line that is not whole yet is left out.
 */
export function copyRequestLines(connection: DuckDBConnection, file: string, schema: Schema, outPath: string): Promise<{ rows: number; bytes: number }> {
  const texts = schema.map(({ name }) => `${quoteText(name)}: 'VARCHAR'`).join(', ');
  const columns = schema.map(({ name, type }) => `try_cast(${quoteName(name)} as ${physicalType[type]}) as ${quoteName(name)}`).join(', ');
  return copyToParquet(connection, `select ${columns} from read_json(${quoteText(file)}, format = 'newline_delimited', columns = {${texts}}, ignore_errors = true)`, outPath);
}
