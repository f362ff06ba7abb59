import { z } from 'zod';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { windowParam } from '#app/sdk/drift.ts';

export const paramsSchema = z.object({
  availability: z.number().min(0.5).max(0.99999).default(0.995).meta({ title: 'Promised availability', description: 'Share of requests that are answered without an error of the server.', control: 'number', min: 0.5, max: 0.99999, step: 0.001 }),
  fast: z.number().min(0.001).max(1_000_000).default(200).meta({ title: 'In time is within … ms', control: 'number', min: 0 }),
  fastShare: z.number().min(0.5).max(0.99999).default(0.95).meta({ title: 'Share that must be in time', control: 'number', min: 0.5, max: 0.99999, step: 0.01 }),
  window: windowParam,
  time: z.string().default('time').meta({ title: 'Time', description: 'Of the request.', control: 'column', from: 'table', types: ['date', 'timestamp'], advanced: true }),
  latency: z.string().default('latency_ms').meta({ title: 'Latency', description: 'Milliseconds.', control: 'column', from: 'table', types: ['integer', 'float'], advanced: true }),
  status: z.string().default('status').meta({ title: 'Status code', description: 'Numbers from 500 on are errors, as of HTTP; texts are unless they say “ok”.', control: 'column', from: 'table', types: ['integer', 'float', 'string'], advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'monitor/service-levels',
  version: 1,
  title: 'Service Levels',
  summary: 'Whether a model server keeps its promises: availability, latency, and how fast the error budget goes, from the request log.',
  keywords: ['slo', 'sla', 'sli', 'availability', 'latency', 'p95', 'error budget', 'burn rate', 'uptime', 'monitoring'],
  inputs: [{ name: 'table', title: 'Request log', kind: 'table', arity: 'one', summary: 'With time, latency and status of each request.' }],
  outputs: [
    { name: 'report', title: 'Report', kind: 'report' },
    { name: 'windows', title: 'Windows', kind: 'table', summary: 'Requests, errors and latencies of each window.' },
    { name: 'evaluation', title: 'Evaluation', kind: 'evaluation', summary: 'For Alert: drift is above 1 where a promise is not kept.' },
  ],
  params: paramsSchema,
  describe: ({ availability, fast }, say) => say`${String(100 * availability)} % answered, within ${fast} ms`,
  configure: (context) => {
    const { time, latency, status } = context.params;
    const float = (names: readonly string[]) => names.map((name) => ({ name, type: 'float' as const }));
    return {
      outputs: { report: { kind: 'report' }, windows: { kind: 'table', schema: [{ name: 'window', type: 'string' }, { name: 'requests', type: 'integer' }, { name: 'errors', type: 'integer' }, ...float(['availability', 'low', 'high', 'p50', 'p95', 'p99', 'fast'])] }, evaluation: { kind: 'evaluation' } },
      diagnostics: checkColumns(schemaAt(context), [
        { param: ['time'], name: time, types: ['date', 'timestamp'], words: 'a time is a date or timestamp' },
        { param: ['latency'], name: latency, types: ['integer', 'float'], words: 'a latency is a number' },
        { param: ['status'], name: status, types: ['integer', 'float', 'string'], words: 'a status is a number or text' },
      ]),
    };
  },
});
