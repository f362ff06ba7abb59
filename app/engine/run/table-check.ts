import type { Database, ProfiledOperator } from '#app/data/index.ts';
import { col } from '#app/relation/build.ts';
import type { Column, Expr, Measure, Relation, Schema } from '#app/relation/types.ts';

/**
 * Computes every cell of a table without keeping any, and counts the rows. A bare `count(*)` would let the optimiser leave out
 * the columns, and with them a conversion that fails; the largest value of each column cannot be known without computing it.
 * @throws PenstockError of the query (`bad-value` …).
 */
export async function checkTable(database: Database, relation: Relation, schema: Schema, signal: AbortSignal, profiled?: (relation: Relation, root: ProfiledOperator) => void): Promise<number> {
  const measures: Measure[] = [{ name: 'rows', fn: 'count' }];
  schema.forEach((column, index) => {
    const arg = comparable(column);
    if (arg !== null) measures.push({ name: `c${index}`, fn: 'max', arg });
  });
  const check: Relation = { op: 'aggregate', input: relation, keys: [], measures };
  const { rows } = await database.rows(check, 1, signal, profiled === undefined ? undefined : (root) => profiled(check, root));
  return Number(rows[0]?.[0] ?? 0);
}

function comparable(column: Column): Expr | null {
  switch (column.type) {
    case 'binary':
      return null;
    case 'boolean':
      return { op: 'cast', to: 'integer', arg: col(column.name), onError: 'fail' };
    default:
      return col(column.name);
  }
}
