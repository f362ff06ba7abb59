import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing } from './configuration.ts';
import { importedFileSchema, importedSignature, planImport, type ImportParams } from './imported-model.ts';
import type { ConfigureContext, ConfigureResult } from './node.ts';
import { tableSchema } from './trainer.ts';

/** What the nodes that import a model from elsewhere have in common. */

export const importInputs = [{ name: 'table', title: 'Table', kind: 'table', arity: 'optional', summary: 'Rows with the columns that the model takes: for choosing them, and to test the model on.' }] as const;
export const importOutputs = [{ name: 'model', title: 'Model', kind: 'model', summary: 'For Predict, Serve, Bundle and Register.' }] as const;

/** @param remedy what file to choose */
export function configureImport(context: ConfigureContext<ImportParams & { readonly path: string }>, remedy: string): ConfigureResult {
  const { params, facts } = context;
  const nothing = { model: { kind: 'model', signature: null } } as const;
  if (params.path === '') return { outputs: nothing, diagnostics: [paramMissing(['path'], 'No file is chosen.', remedy)] };
  const file = importedFileSchema.safeParse(facts);
  const schema = tableSchema(context);
  // A table whose columns are not known yet may have what the file needs.
  if (!file.success || (schema === null && context.inputs['table'] !== undefined)) return { outputs: nothing };
  const planned = planImport(file.data, params, schema);
  if (planned.ok) return { outputs: { model: { kind: 'model', signature: importedSignature(planned.plan) } } };
  return { outputs: nothing, diagnostics: planned.problems.map(({ code, message, remedy: repair, param }): Diagnostic => ({ severity: 'error', code, message, remedy: repair, place: { param } })) };
}
