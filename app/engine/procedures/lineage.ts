import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Paths of a column or a row through the canvas. */
export function lineageProcedures(os: Implementer, engine: Engine) {
  return {
    column: os.lineage.column.handler(async ({ input, signal }) => {
      const path = await engine.columnPath(input.document, input, signal);
      return structuredClone(path) as never;
    }),
    row: os.lineage.row.handler(async ({ input, signal }) => {
      const path = await engine.rowPath(input.document, input, signal);
      return structuredClone(path) as never;
    }),
  };
}
