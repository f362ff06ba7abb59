import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';
import { toDuckDb } from '../emitters/duckdb/index.ts';
import { interpret } from '../interpreter/interpret.ts';
import type { Value } from '../functions/spec.ts';
import { typeOf } from '../typing.ts';
import type { Expr, Relation } from '../types.ts';
import { queryRows } from './duckdb.ts';

/** One column, one row: what an expression without columns is computed over. */
const nothing: Relation = { op: 'scan', source: { kind: 'values', rows: [[1]] }, schema: [{ name: 'one', type: 'integer' }], label: 'one row' };

/** A database for the tests of a file, and what an expression without columns gives in it and in the interpreter. */
export function useBackends(): { results(...exprs: Expr[]): Promise<{ interpreter: Value[]; duckdb: Value[] }> } {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
    connection = await instance.connect();
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });
  return {
    async results(...exprs) {
      const columns = exprs.map((expr, i) => ({ name: `c${i}`, expr }));
      const relation: Relation = { op: 'project', input: nothing, columns };
      const schema = columns.map(({ name, expr }) => ({ name, type: typeOf(expr, []) }));
      const [duckdb = []] = await queryRows(connection, toDuckDb(relation), schema);
      return { interpreter: [...(interpret(relation, new Map())[0] ?? [])], duckdb };
    },
  };
}
