import type { Database } from '#app/data/index.ts';
import { isMissing, type PortValueResolver } from '../results/port-values.ts';

/**
 * Rows of fused tables, for the numbers on the edges. They are a courtesy: counting stops when the budget is spent, and a table
 * that cannot be counted simply has no number.
 */
export async function countFusedTables(
  nodeIds: readonly string[],
  context: {
    readonly resolver: PortValueResolver;
    readonly database: Database;
    readonly signal: AbortSignal;
    readonly budgetMs: number;
    known(nodeId: string, port: string): number | null;
    counted(nodeId: string, port: string, rows: number): void;
  },
): Promise<void> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(Math.ceil(context.budgetMs))]);
  for (const id of nodeIds) {
    const values = await context.resolver.ports(id);
    if (isMissing(values)) continue;
    for (const [port, value] of Object.entries(values)) {
      if (value.kind !== 'table' || context.known(id, port) !== null) continue;
      if (signal.aborted) return;
      try {
        context.counted(id, port, await context.database.count(value.relation, signal));
      } catch {
        if (signal.aborted) return;
      }
    }
  }
}
