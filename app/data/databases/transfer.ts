import { CancelledError } from '#app/core/errors.ts';
import { toDuckDb } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { ConnectionPool } from '../connections.ts';
import { describeQuery } from '../query.ts';
import { quoteName } from '../sql.ts';
import { streamToParquet } from './parquet-stream.ts';
import type { DatabaseClient, PlannedRead, TextRows, WriteOutcome, WriteRequest } from './types.ts';

export interface ReadOutside {
  readonly rows: number;
  readonly bytes: number;
  readonly notes: readonly string[];
}

/** Rows of a database outside → one Parquet file, in bounded memory. `rowsRead` hears how many have come. */
export async function readOutside(pool: ConnectionPool, client: DatabaseClient, plan: PlannedRead, path: string, signal: AbortSignal, rowsRead: (rows: number) => void): Promise<ReadOutside> {
  const stream = client.read(plan, signal);
  const written = await pool.use({ signal }, (connection) => streamToParquet(connection, stream, path, signal, rowsRead));
  if (signal.aborted) throw new CancelledError();
  return { ...written, notes: stream.notes() };
}

/** A relation's rows into a table outside; `rowsSent` hears how many have gone. */
export async function writeOutside(pool: ConnectionPool, client: DatabaseClient, relation: Relation, request: WriteRequest, signal: AbortSignal, rowsSent: (rows: number) => void): Promise<WriteOutcome> {
  return pool.use({ signal }, async (connection) => {
    const sql = toDuckDb(relation);
    const { schema } = await describeQuery(connection, sql);
    const cells = schema.map(({ name, type }) => (type === 'binary' ? `hex(${quoteName(name)})` : `${quoteName(name)}::varchar`)).join(', ');
    const result = await connection.run(`select ${cells} from (${sql})`);
    let count = 0;
    async function* rows(): AsyncGenerator<(string | null)[][]> {
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        if (signal.aborted) throw new CancelledError();
        yield chunk.getRows() as (string | null)[][];
        count += chunk.rowCount;
        rowsSent(count);
      }
    }
    const batches: TextRows = rows();
    return client.write(request, batches, signal);
  });
}
