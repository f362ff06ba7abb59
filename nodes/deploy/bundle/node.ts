import { z } from 'zod';
import { modelInputs, modelNameParam, reportConfiguration, reportOutputs, suggestModelName } from '#app/sdk/deployment.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  name: modelNameParam,
  path: z
    .string()
    .max(1000)
    .default('')
    .meta({ title: 'Folder or zip file', description: 'Empty: the folder bundles/NAME in the project. A path that ends in .zip gives one file.', control: 'text', placeholder: 'bundles/NAME' }),
});

export type Params = z.output<typeof paramsSchema>;

/** Where the bundle goes, as written in the params. */
export const bundlePath = ({ name, path }: Params): string => (path.trim() === '' ? `bundles/${name}` : path.trim());

export const definition = defineNode({
  type: 'deploy/bundle',
  version: 1,
  title: 'Bundle',
  summary: 'Writes a folder (or zip) with everything to deploy the model: ONNX file, server, model card, checksums.',
  keywords: ['deploy', 'package', 'docker', 'server', 'zip', 'model card', 'artifact', 'release'],
  inputs: modelInputs,
  outputs: reportOutputs,
  params: paramsSchema,
  describe: (params) => {
    const path = bundlePath(params);
    return path.length > 55 ? `…${path.slice(-54)}` : path;
  },
  configure: reportConfiguration,
  suggest: suggestModelName,
});
