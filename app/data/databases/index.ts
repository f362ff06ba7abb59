import { PenstockError } from '#app/core/errors.ts';
import { openDuckDbFile } from './duckdb-file/client.ts';
import { openMysql } from './mysql/client.ts';
import { openPostgres } from './postgres/client.ts';
import { openSqlite } from './sqlite/client.ts';
import type { DatabaseClient, Target } from './types.ts';

/** Opens one connection to a database outside; close it. `writable` matters to file databases only. @throws PenstockError `connection-…`, `file-missing`, `database-not-a-file`. */
export async function openClient(target: Target, options: { readonly writable?: boolean } = {}): Promise<DatabaseClient> {
  if ((target.kind === 'sqlite' || target.kind === 'duckdb') && target.path === '') {
    throw new PenstockError('connection-incomplete', `The connection “${target.name}” names no file.`, { remedy: 'Edit it in Data → Connections.' });
  }
  switch (target.kind) {
    case 'postgres':
      return openPostgres(target);
    case 'mysql':
      return openMysql(target);
    case 'sqlite':
      return openSqlite(target, options);
    case 'duckdb':
      return openDuckDbFile(target, options);
  }
}

export { defaultPort, placeName, withoutSecret } from './errors.ts';
export { planRead, planWords, type ReadPlan } from './plan.ts';
export type { DatabaseClient, OutsideColumn, OutsideTable, Target, WriteOutcome, WriteRequest } from './types.ts';
