import type { DuckDBConnection } from '@duckdb/node-api';
import type { Vault } from '#app/sealing/vault.ts';
import { quoteText } from './sql.ts';

/**
 * Hands DuckDB the key of each encrypted table before the first statement that names it. Keys are made of the project's key and the table's
 * id, one for each table, so that DuckDB's nonces need only differ within one file (docs/decisions/encryption-at-rest.md). They are in no
 * text that is logged, profiled or shown.
 */
export function withTableKeys(connection: DuckDBConnection, vault: Vault, known: Set<string>): void {
  const plain = { run: connection.run.bind(connection), extract: connection.extractStatements.bind(connection), prepare: connection.prepare.bind(connection) };
  const give = async (sql: string): Promise<void> => {
    for (const [, id] of sql.matchAll(/footer_key: '([0-9a-f]{64})'/g)) {
      if (id === undefined || known.has(id)) continue;
      await plain.run(`pragma add_parquet_key(${quoteText(id)}, ${quoteText(vault.tableKey(id))})`).catch(() => Promise.reject(new Error('DuckDB refused the key of a table.')));
      known.add(id);
    }
  };
  connection.run = async (sql, values, types) => {
    await give(sql);
    return plain.run(sql, values, types);
  };
  connection.extractStatements = async (sql) => {
    await give(sql);
    return plain.extract(sql);
  };
  connection.prepare = async (sql) => {
    await give(sql);
    return plain.prepare(sql);
  };
}
