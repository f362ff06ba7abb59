import type { Engine } from '../engine.ts';
import { onWire } from '../wire.ts';
import type { Implementer } from './implementer.ts';

/** Live results of expressions while they are typed. */
export function expressionsProcedures(os: Implementer, engine: Engine) {
  return {
    preview: os.expressions.preview.handler(async ({ input, signal }) => {
      const { diagnostics, columns, rows, ...rest } = await engine.previewExpression(input, signal);
      return { ...rest, columns: [...columns], diagnostics: diagnostics.map(onWire), rows: rows === null ? null : rows.map((row) => [...row]) };
    }),
  };
}
