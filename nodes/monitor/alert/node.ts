import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';
import type { Schema } from '#app/relation/types.ts';

export const alarmsSchema: Schema = [
  { name: 'topic', type: 'string' },
  { name: 'state', type: 'string' },
  { name: 'severity', type: 'string' },
  { name: 'value', type: 'float' },
  { name: 'limit', type: 'float' },
  { name: 'column', type: 'string' },
  { name: 'message', type: 'string' },
];

export const paramsSchema = z.object({
  metric: z.string().max(200).default('drift').meta({ title: 'Metric', description: 'Of the evaluations: drift (1 is the monitor’s own threshold), driftedColumns, accuracy, availability …', control: 'text' }),
  side: z.enum(['above', 'below']).default('above').meta({ title: 'Alarm where it is', control: 'select', labels: { above: 'Above', below: 'Below' } }),
  limit: z.number().default(1).meta({ title: 'This limit', control: 'number' }),
  tableRows: z.int().min(1).max(1_000_000_000).default(1).meta({ title: 'Rows of the table that are an alarm', description: 'If a table is connected: an alarm where it has so many rows, such as those a Filter Rows has found.', control: 'number', min: 1, advanced: true }),
  consecutive: z.int().min(1).max(50).default(1).meta({ title: 'Batches in a row', description: 'Only where so many batches in a row are beyond the limit.', control: 'number', min: 1, max: 50 }),
  severity: z.enum(['auto', 'warning', 'critical']).default('auto').meta({ title: 'Severity', control: 'select', labels: { auto: 'As the monitor says', warning: 'Warning', critical: 'Critical' } }),
  message: z.string().max(500).default('').meta({ title: 'Title of the alarm', description: 'Empty: the monitor’s name.', control: 'text', placeholder: 'automatic' }),
  clearMargin: z.number().min(0).max(0.9).default(0.1).meta({ title: 'Margin to clear', description: 'It is taken back only where the metric is better than the limit by this share of it, so that it does not flicker.', control: 'slider', min: 0, max: 0.9, step: 0.05, advanced: true }),
  clearAfter: z.int().min(1).max(50).default(1).meta({ title: 'Good batches to clear', control: 'number', min: 1, max: 50, advanced: true }),
  cooldownHours: z.number().min(0).max(8760).default(0).meta({ title: 'Quiet time in hours', description: 'After an alarm no new one for so long.', control: 'number', min: 0, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'monitor/alert',
  version: 1,
  title: 'Alert',
  summary: 'Raises an alarm where what a monitor measured is beyond a limit, for as many batches as you say, and takes it back when all is well.',
  keywords: ['alarm', 'alert', 'notify', 'threshold', 'condition', 'pager', 'hysteresis', 'monitoring'],
  inputs: [
    { name: 'evaluation', title: 'Evaluations', kind: 'evaluation', arity: 'any', summary: 'Of monitors, or of any evaluate node.' },
    { name: 'table', title: 'Table', kind: 'table', arity: 'optional', summary: 'Rows that there should not be.' },
  ],
  outputs: [
    { name: 'report', title: 'Report', kind: 'report' },
    { name: 'alarms', title: 'Alarms', kind: 'table', summary: 'What was looked at, and what became of it.' },
  ],
  params: paramsSchema,
  describe: ({ metric, side, limit, consecutive }, say) => {
    const what = side === 'above' ? say`${metric} above ${limit}` : say`${metric} below ${limit}`;
    return consecutive === 1 ? what : say`${what}, ${consecutive} batches`;
  },
  configure: ({ inputs }) => {
    const diagnostics: Diagnostic[] = [];
    if ((inputs['evaluation']?.length ?? 0) + (inputs['table']?.length ?? 0) === 0) diagnostics.push({ severity: 'error', code: 'input-missing', message: 'There is nothing to watch.', remedy: 'Connect the evaluation of a monitor, or a table of rows that there should not be.', place: { port: 'evaluation' } });
    return { outputs: { report: { kind: 'report' }, alarms: { kind: 'table', schema: alarmsSchema } }, diagnostics };
  },
});
