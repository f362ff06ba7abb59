import { readFile } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';

/** One operator of an executed plan: what came out of it, as DuckDB counted it while running. */
export interface ProfiledOperator {
  /** DuckDB's name: `HASH_JOIN`, `FILTER`, `TABLE_SCAN` … */
  readonly type: string;
  readonly rows: number;
  /** Bytes that came out, uncompressed, in DuckDB's vectors. */
  readonly bytes: number;
  /** Time of all threads together. */
  readonly ms: number;
  readonly children: readonly ProfiledOperator[];
}

interface WrittenOperator {
  readonly operator_type: string;
  readonly operator_cardinality: number;
  readonly result_set_size: number;
  readonly operator_timing: number;
  readonly children: readonly WrittenOperator[];
}

const writtenOperator: z.ZodType<WrittenOperator> = z.lazy(() =>
  z.object({
    operator_type: z.string(),
    operator_cardinality: z.number(),
    result_set_size: z.number(),
    operator_timing: z.number(),
    children: z.array(writtenOperator),
  }),
);
const writtenProfile = z.object({ children: z.array(writtenOperator) });

/** Prepares a connection before its configuration is locked; profiling stays off until `profiled` turns it on. */
export async function prepareProfiling(connection: DuckDBConnection, file: string): Promise<void> {
  // In this order: the output's extension must fit the format. Both outlive `disable_profiling`, which only turns counting off.
  await connection.run("set enable_profiling = 'json'");
  await connection.run(`set profiling_output = '${file.replaceAll("'", "''")}'`);
  await connection.run('pragma disable_profiling');
}

/**
 * Runs `work` with DuckDB's profiler on and gives the plan of its last query. A profile that cannot be had is null: it is a
 * courtesy, and must not fail the query.
 */
export async function profiled<T>(connection: DuckDBConnection, file: string, work: () => Promise<T>, tell: (root: ProfiledOperator) => void): Promise<T> {
  await connection.run('pragma enable_profiling');
  try {
    const result = await work();
    // Read before profiling is turned off: that statement would be the last query.
    const text = await readFile(file, 'utf8').catch(() => null);
    const root = text === null ? null : parseProfile(text);
    if (root !== null) tell(root);
    return result;
  } finally {
    await connection.run('pragma disable_profiling').catch(() => undefined);
  }
}

/** The root operator of a profile in DuckDB's JSON, or null where the text is none. */
export function parseProfile(text: string): ProfiledOperator | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = writtenProfile.safeParse(json);
  const root = parsed.success ? parsed.data.children[0] : undefined;
  return root === undefined ? null : operatorOf(root);
}

function operatorOf(written: WrittenOperator): ProfiledOperator {
  return {
    type: written.operator_type,
    rows: written.operator_cardinality,
    bytes: written.result_set_size,
    ms: written.operator_timing * 1000,
    children: written.children.map(operatorOf),
  };
}
