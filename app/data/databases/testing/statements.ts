import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { Target } from '../types.ts';

/** Runs statements of a test's own, apart from the code that is tested. Rows come as arrays of the clients' texts. */
export async function statements(target: Target, ...texts: readonly string[]): Promise<unknown[][]> {
  if (target.kind === 'postgres') {
    const client = new Client({ host: target.host, port: target.port, database: target.database, user: target.user, password: target.password ?? '' });
    await client.connect();
    try {
      let rows: unknown[][] = [];
      for (const text of texts) rows = (await client.query<unknown[]>({ text, rowMode: 'array' })).rows;
      return rows;
    } finally {
      await client.end();
    }
  }
  const connection = await createConnection({ host: target.host, port: target.port, database: target.database, user: target.user, password: target.password ?? '', charset: 'utf8mb4' });
  try {
    let rows: unknown = [];
    for (const sql of texts) [rows] = await connection.query({ sql, rowsAsArray: true });
    return rows as unknown[][];
  } finally {
    await connection.end();
  }
}
