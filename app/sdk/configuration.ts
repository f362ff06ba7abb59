import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { ConfigureContext } from './node.ts';

/** The relation at an input that takes one table. @throws PenstockError input-missing */
export function tableInput(inputs: Readonly<Record<string, readonly Relation[]>>, port = 'table'): Relation {
  const relation = inputs[port]?.[0];
  if (relation !== undefined) return relation;
  throw new PenstockError('input-missing', `Nothing is connected to the input “${port}”.`, { remedy: 'Connect a table.', place: { port } });
}

/** The schema at an input, or null while nothing is connected or its schema is unknown. */
export function schemaAt(context: Pick<ConfigureContext<unknown>, 'inputs'>, port = 'table'): Schema | null {
  const meta = context.inputs[port]?.[0];
  return meta?.kind === 'table' ? meta.schema : null;
}

/** Thrown by a relation whose columns depend on values that are only known once its inputs have been computed. Configuring takes it as “not known yet”. */
export function schemaAfterRun(message: string): PenstockError {
  return new PenstockError('schema-after-run', message, { remedy: 'Run the node once, or list the values.' });
}

/** A required choice that is still open. */
export function paramMissing(param: readonly (string | number)[], message: string, remedy: string): Diagnostic {
  return { severity: 'error', code: 'param-missing', message, remedy, place: { param } };
}
