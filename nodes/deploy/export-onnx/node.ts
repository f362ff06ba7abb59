import { z } from 'zod';
import { modelInputs, reportConfiguration, reportOutputs } from '#app/sdk/deployment.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  path: z
    .string()
    .min(1)
    .max(1000)
    .default('exports/model.onnx')
    .meta({ title: 'File', description: 'Where the file goes; a relative path is inside the project.', control: 'text', placeholder: 'exports/model.onnx' }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'deploy/export-onnx',
  version: 1,
  title: 'Export ONNX',
  summary: 'Writes the model as one ONNX file that takes raw columns, after checking that it repeats its training-time answers.',
  keywords: ['onnx', 'save', 'file', 'download', 'runtime', 'interchange'],
  inputs: modelInputs,
  outputs: reportOutputs,
  params: paramsSchema,
  describe: ({ path }) => (path.length > 55 ? `…${path.slice(-54)}` : path),
  configure: reportConfiguration,
});
