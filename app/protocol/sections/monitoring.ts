import { z } from 'zod';
import { monitorBatchSchema } from '#app/sdk/monitoring.ts';
import { base } from '../base.ts';

const alarmState = z.enum(['open', 'acknowledged', 'cleared']);

export const alarmSchema = z.object({
  id: z.string(),
  monitor: z.string(),
  topic: z.string(),
  pipelineId: z.string(),
  pipelinePath: z.string().nullable(),
  pipelineTitle: z.string(),
  nodeId: z.string(),
  runId: z.string().nullable(),
  /** The input of the node that column and slice are of. */
  input: z.string().nullable(),
  column: z.string().nullable(),
  /** Condition in the expression language. */
  slice: z.string().nullable(),
  title: z.string(),
  message: z.string(),
  severity: z.enum(['warning', 'critical']),
  metrics: z.record(z.string(), z.number().nullable()),
  state: alarmState,
  raisedAt: z.number(),
  lastAt: z.number(),
  times: z.number(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: z.number().nullable(),
  note: z.string(),
  clearedAt: z.number().nullable(),
  clearedBy: z.string().nullable(),
});
export type Alarm = z.infer<typeof alarmSchema>;

export const monitorEntrySchema = z.object({
  monitor: z.string(),
  runId: z.string(),
  at: z.number(),
  pipelineId: z.string(),
  pipelinePath: z.string().nullable(),
  pipelineTitle: z.string(),
  nodeId: z.string(),
  nodeTitle: z.string(),
  batch: monitorBatchSchema,
});
export type MonitorEntry = z.infer<typeof monitorEntrySchema>;

/** Monitors, what they saw, and alarms. */
export const monitoringContract = {
  /** Open ones first. */
  alarms: base.input(z.object({ states: z.array(alarmState).optional(), limit: z.int().min(1).max(1000).default(200) })).output(z.array(alarmSchema)),
  acknowledge: base.input(z.object({ id: z.string(), note: z.string().max(2000).default('') })).output(alarmSchema),
  clear: base.input(z.object({ id: z.string() })).output(alarmSchema),
  /** Each monitor with its latest batch, but without the columns' bins. */
  monitors: base.output(z.array(monitorEntrySchema.extend({ count: z.number() }))),
  /** What a monitor saw, newest first. */
  batches: base.input(z.object({ monitor: z.string(), limit: z.int().min(1).max(500).default(60) })).output(z.array(monitorEntrySchema)),
};
