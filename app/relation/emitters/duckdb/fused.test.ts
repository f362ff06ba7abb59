import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scanParquet } from '../../build.ts';
import { inputsOf, mapInputs } from '../../inputs.ts';
import { schemaOf } from '../../schema.ts';
import { createTable, queryRows, rowText } from '../../testing/duckdb.ts';
import { leftSchema, relationArbitrary, rightSchema, rowsArbitrary } from '../../testing/relations.ts';
import type { Relation } from '../../types.ts';
import { quoteText } from './literal.ts';
import { toDuckDb } from './relation.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fused-'));
  instance = await DuckDBInstance.create(':memory:', { disabled_optimizers: 'join_filter_pushdown,late_materialization' });
  connection = await instance.connect();
});
afterAll(async () => {
  connection.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true });
});

let files = 0;

/** A scan of the Parquet file that a relation was written to, its inputs having been written before it. */
async function written(relation: Relation, done: Map<Relation, Relation>): Promise<Relation> {
  const before = done.get(relation);
  if (before) return before;
  const inputs = new Map<Relation, Relation>();
  for (const input of inputsOf(relation)) inputs.set(input, await written(input, done));
  const path = join(folder, `${files++}.parquet`);
  await connection.run(`copy (${toDuckDb(mapInputs(relation, (input) => inputs.get(input) ?? input))}) to ${quoteText(path)} (format parquet)`);
  const scan = scanParquet([path], schemaOf(relation), 'written');
  done.set(relation, scan);
  return scan;
}

it('one query for a chain gives the rows that come of writing every step to a file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 7 }).chain(relationArbitrary), rowsArbitrary(leftSchema, 8), rowsArbitrary(rightSchema, 5), async (relation, left, right) => {
      await createTable(connection, 'left rows', leftSchema, left);
      await createTable(connection, 'right rows', rightSchema, right);
      const schema = schemaOf(relation);
      const fused = await queryRows(connection, toDuckDb(relation), schema);
      const stepwise = await queryRows(connection, toDuckDb(await written(relation, new Map())), schema);
      expect(fused.map(rowText).sort()).toEqual(stepwise.map(rowText).sort());
    }),
    { numRuns: 120 },
  );
}, 120_000);
