import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Exact statistics of one column of a port, under a filter. */
export function columnDetailProcedure(os: Implementer, engine: Engine) {
  return os.views.column.handler(async ({ input, signal = new AbortController().signal }) => {
    const table = await engine.data.table(input, signal);
    return structuredClone(await engine.database.columnDetail(table.relation, input.column, signal)) as never;
  });
}
