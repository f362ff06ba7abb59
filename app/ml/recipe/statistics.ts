import type { TableServices } from '#app/sdk/node.ts';
import type { AggregateFn, Expr, Measure, Relation } from '#app/relation/types.ts';

export type Cell = null | boolean | number | string;

/**
 * Collects aggregates so that any number of them is one query over the relation.
 * `ask` gives a function that answers once `load` has run.
 */
export class Statistics {
  readonly #measures: Measure[] = [];
  #answers: readonly Cell[] = [];

  ask(fn: AggregateFn, arg?: Expr, fraction?: number): () => Cell {
    const index = this.#measures.length;
    this.#measures.push({
      name: `m${index}`,
      fn,
      ...(arg === undefined ? {} : { arg }),
      ...(fraction === undefined ? {} : { fraction }),
    });
    return () => this.#answers[index] ?? null;
  }

  async load(relation: Relation, tables: Pick<TableServices, 'rows'>): Promise<void> {
    if (this.#measures.length === 0) return;
    const { rows } = await tables.rows({ op: 'aggregate', input: relation, keys: [], measures: this.#measures });
    this.#answers = rows[0] ?? [];
  }
}

/** An aggregate's answer as a number; NaN where it is null (no rows). */
export function numberOf(cell: Cell): number {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  return cell === null ? Number.NaN : Number(cell);
}
