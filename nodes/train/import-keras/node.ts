import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { importedFileSchema, importedSignature, importParams, planImport } from '#app/sdk/imported-model.ts';
import { defineNode, type ConfigureResult } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';
import { tableSchema } from '#app/sdk/trainer.ts';

export const paramsSchema = z.object({
  path: z.string().default('').meta({ title: 'File', control: 'file', extensions: ['keras', 'h5', 'hdf5', 'json'], description: 'A Keras model (.keras, .h5), or the model.json of a TensorFlow.js layers model with its weights beside it.' }),
  ...importParams,
});
export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'train/import-keras',
  version: 1,
  title: 'Import Keras Model',
  summary: 'Takes a network of Keras or TensorFlow.js: writes its layers as ONNX, maps its inputs to columns, and checks it.',
  keywords: ['keras', 'tensorflow', 'tensorflow.js', 'tfjs', 'tf.keras', 'h5', 'hdf5', 'load model', 'neural network', 'external model', 'pretrained'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'optional', summary: 'Rows with the columns that the model takes: for choosing them, and to test the model on.' }],
  outputs: [{ name: 'model', title: 'Model', kind: 'model', summary: 'For Predict, Serve, Bundle and Register.' }],
  params: paramsSchema,
  describe: ({ path }) => (path === '' ? 'No file yet' : fileName(path)),
  configure: (context): ConfigureResult => {
    const { params, facts } = context;
    const nothing = { model: { kind: 'model', signature: null } } as const;
    if (params.path === '') return { outputs: nothing, diagnostics: [paramMissing(['path'], 'No file is chosen.', 'Choose a .keras file, an .h5 file or a model.json.')] };
    const file = importedFileSchema.safeParse(facts);
    const schema = tableSchema(context);
    // A table whose columns are not known yet may have what the file needs.
    if (!file.success || (schema === null && context.inputs['table'] !== undefined)) return { outputs: nothing };
    const planned = planImport(file.data, params, schema);
    if (planned.ok) return { outputs: { model: { kind: 'model', signature: importedSignature(planned.plan) } } };
    return { outputs: nothing, diagnostics: planned.problems.map(({ code, message, remedy, param }): Diagnostic => ({ severity: 'error', code, message, remedy, place: { param } })) };
  },
});
