import { z } from 'zod';
import { modelInputs, modelNameParam, reportConfiguration, reportOutputs, suggestModelName } from '#app/sdk/deployment.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  name: modelNameParam,
  note: z.string().max(2000).default('').meta({ title: 'Note', description: 'Kept with the version: what is new, why it was made.', control: 'textarea' }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'deploy/register-model',
  version: 1,
  title: 'Register Model',
  summary: 'Keeps the model in the project’s registry as the next version of a name.',
  keywords: ['registry', 'version', 'save', 'store', 'catalogue', 'mlops'],
  inputs: modelInputs,
  outputs: reportOutputs,
  params: paramsSchema,
  describe: ({ name }, say) => say`as ${name}`,
  configure: reportConfiguration,
  suggest: suggestModelName,
});
