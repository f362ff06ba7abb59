import { z } from 'zod';
import { configureImport, importInputs, importOutputs } from '#app/sdk/import-node.ts';
import { importParams } from '#app/sdk/imported-model.ts';
import { defineNode } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';

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
  inputs: importInputs,
  outputs: importOutputs,
  params: paramsSchema,
  describe: ({ path }, say) => (path === '' ? say`No file yet` : fileName(path)),
  configure: (context) => configureImport(context, 'Choose a .keras file, an .h5 file or a model.json.'),
});
