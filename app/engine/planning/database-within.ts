import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { openDatabase, type Database, type DatabaseOptions } from '#app/data/index.ts';
import { databaseMemory, duckDbSize } from './limits.ts';

/**
 * A database beside the project's, for the work of one node. DuckDB has one limit of memory for all that it does, so that a node with a limit of
 * its own needs one. A folder of its own: databases call their spilled files alike.
 * @param memory bytes
 */
export async function databaseWithin(memory: number, options: Omit<DatabaseOptions, 'memoryLimit'>): Promise<{ readonly database: Database; close(): Promise<void> }> {
  const tempDir = await mkdtemp(path.join(options.tempDir, 'node-'));
  const database = await openDatabase({ ...options, tempDir, memoryLimit: duckDbSize(databaseMemory(memory)) });
  return {
    database,
    close: async () => {
      await database.close();
      await rm(tempDir, { recursive: true, force: true });
    },
  };
}
