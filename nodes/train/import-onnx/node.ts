import { z } from 'zod';
import { configureImport, importInputs, importOutputs } from '#app/sdk/import-node.ts';
import { importParams } from '#app/sdk/imported-model.ts';
import { defineNode } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';

export const paramsSchema = z.object({
  path: z.string().default('').meta({ title: 'File', control: 'file', extensions: ['onnx'], description: 'An ONNX model of rows of columns, from scikit-learn, LightGBM, XGBoost, PyTorch …' }),
  ...importParams,
});
export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'train/import-onnx',
  version: 1,
  title: 'Import ONNX Model',
  summary: 'Takes a model that was trained elsewhere: maps its inputs to columns and its output to classes or a number, and checks it.',
  keywords: ['onnx', 'load model', 'skl2onnx', 'sklearn', 'scikit-learn', 'lightgbm', 'xgboost', 'pytorch', 'external model', 'pretrained'],
  inputs: importInputs,
  outputs: importOutputs,
  params: paramsSchema,
  describe: ({ path }, say) => (path === '' ? say`No file yet` : fileName(path)),
  configure: (context) => configureImport(context, 'Choose an ONNX file.'),
});
