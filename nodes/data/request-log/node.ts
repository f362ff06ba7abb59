import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode, type Facts } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  model: z.string().default('').meta({ title: 'Model', description: 'Its name on the server.', control: 'text', placeholder: 'churn' }),
  rows: z.enum(['answered', 'primary', 'shadow', 'all']).default('answered').meta({
    title: 'Rows',
    description: 'A request that a shadow heard, too, has a row for each of the two.',
    control: 'select',
    labels: { answered: 'Answered requests', primary: 'Answered, without the canary', shadow: 'What the shadow said', all: 'All, also failed ones' },
  }),
  days: z.number().min(0).max(3650).default(0).meta({ title: 'Last days', description: '0: everything that is kept.', control: 'number', min: 0, step: 1, unit: 'days' }),
});

export type Params = z.output<typeof paramsSchema>;

const columnType = z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']);
const found = z.object({ folder: z.string(), schema: z.array(z.object({ name: z.string(), type: columnType })), segments: z.array(z.object({ path: z.string(), size: z.number(), mtimeMs: z.number() })) });

export function logFacts(facts: Facts | null): z.output<typeof found> | null {
  const parsed = found.safeParse(facts);
  return parsed.success ? parsed.data : null;
}

export const definition = defineNode({
  type: 'data/request-log',
  version: 1,
  title: 'Request Log',
  summary: 'Reads what a served model was asked and what it answered, one row a record.',
  keywords: ['serving', 'inference', 'predictions', 'monitoring', 'production data', 'payload logging', 'requests', 'drift', 'feedback'],
  inputs: [],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'Request, version, latency, inputs, prediction.' }],
  params: paramsSchema,
  describe: ({ model, days }, say) => (model === '' ? say`No model yet` : days === 0 ? model : say`${model}, last ${days} days`),
  configure: ({ params, facts }) => {
    const outputs = { table: { kind: 'table' as const, schema: logFacts(facts)?.schema ?? null } };
    return params.model === '' ? { outputs, diagnostics: [paramMissing(['model'], 'No model is named.', 'Enter the name under which the model is served.')] } : { outputs };
  },
});
