import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { schemaAt } from './configuration.ts';
import { inputKind } from './model-input.ts';
import type { ConfigureContext } from './node.ts';
import type { LearningTask, ModelSignature, PortSpec } from './ports.ts';

/** What all nodes that look into a fitted model share: a model and a table go in. */

export const understandingInputs: readonly PortSpec[] = [
  { name: 'model', title: 'Model', kind: 'model', arity: 'one', summary: 'Any fitted model.' },
  { name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'Rows the model has not learnt from, with its raw columns and the true values.' },
];

export interface ModelNeeds {
  /** Absent: both tasks will do. */
  readonly task?: LearningTask;
  /** Two classes are needed. */
  readonly binary?: boolean;
  /** The true values are needed. */
  readonly truth: boolean;
}

export function signatureAt(context: Pick<ConfigureContext<unknown>, 'inputs'>, port = 'model'): ModelSignature | null {
  const meta = context.inputs[port]?.[0];
  return meta?.kind === 'model' ? meta.signature : null;
}

/** What is wrong with model and table before anything runs; empty while they are not known. */
export function modelDiagnostics(context: Pick<ConfigureContext<unknown>, 'inputs'>, needs: ModelNeeds): Diagnostic[] {
  const signature = signatureAt(context);
  const schema = schemaAt(context);
  if (signature === null) return [];
  const diagnostics: Diagnostic[] = [];
  if (needs.task !== undefined && signature.task !== needs.task) {
    diagnostics.push({
      severity: 'error',
      code: 'wrong-task',
      message: `The model predicts ${signature.task === 'regression' ? 'numbers' : 'classes'}, but this node is for models that predict ${needs.task === 'regression' ? 'numbers' : 'classes'}.`,
      remedy: needs.task === 'regression' ? 'Connect a model with a numeric target.' : 'Connect a model that predicts classes.',
      place: { port: 'model' },
    });
  } else if (needs.binary === true && signature.classes !== undefined && signature.classes.length !== 2) {
    diagnostics.push({ severity: 'error', code: 'not-binary', message: `The model has ${signature.classes.length} classes, but a threshold divides two.`, remedy: 'Connect a model with two classes, or make the target yes/no with a Formula node.', place: { port: 'model' } });
  }
  return schema === null ? diagnostics : [...diagnostics, ...columnDiagnostics(schema, signature, needs.truth)];
}

function columnDiagnostics(schema: Schema, signature: ModelSignature, truth: boolean): Diagnostic[] {
  const byName = new Map(schema.map((column) => [column.name, column.type]));
  // Before fitting, features are not known, and fitting may still leave columns out.
  const severity = signature.features.length > 0 ? 'error' : 'warning';
  const diagnostics = signature.inputs.flatMap(({ name, type }): Diagnostic[] => {
    const found = byName.get(name);
    const place = { port: 'table', column: name };
    if (found === undefined) return [{ severity, code: 'missing-column', message: `The model was trained on the column “${name}”, which this table does not have.`, remedy: 'Connect a table with the columns of the training table.', place }];
    if (inputKind(type) === inputKind(found)) return [];
    return [{ severity, code: 'column-type', message: `The model was trained on “${name}” as ${inputKind(type)}, but in this table it is ${inputKind(found) ?? `of type ${found}`}.`, remedy: 'Convert the column before this node.', place }];
  });
  const target = signature.target.name;
  if (truth && !byName.has(target)) {
    diagnostics.push({ severity: 'error', code: 'target-missing', message: `The table has no column “${target}” with the true values.`, remedy: 'Connect a table that still has the target, such as the test part of a Partition.', place: { port: 'table', column: target } });
  }
  return diagnostics;
}
