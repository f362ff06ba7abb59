import { z } from 'zod';
import { modelInputs, modelNameParam, reportConfiguration, reportOutputs, suggestModelName } from '#app/sdk/deployment.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  name: modelNameParam,
  port: z.int().min(0).max(65_535).default(0).meta({ title: 'Port', description: '0 takes any free port.', control: 'number', min: 0, max: 65_535, step: 1 }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'deploy/serve',
  version: 1,
  title: 'Serve',
  summary: 'Starts a server on this machine that answers requests with the model.',
  keywords: ['server', 'http', 'rest', 'api', 'endpoint', 'inference', 'online'],
  inputs: modelInputs,
  outputs: reportOutputs,
  params: paramsSchema,
  describe: ({ name, port }, say) => (port === 0 ? name : say`${name} on port ${port}`),
  configure: reportConfiguration,
  suggest: suggestModelName,
});
