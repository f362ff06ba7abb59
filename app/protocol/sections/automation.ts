import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { automationSpecSchema, firingSchema } from '#app/core/automation.ts';
import { channelSchema, noticeSchema } from '#app/core/notifications.ts';
import { documentSchema } from '#app/pipeline/document.ts';
import { base } from '../base.ts';
import { runSummarySchema } from '../schema.ts';

const id = z.object({ id: z.string() });

export const listedAutomationSchema = z.object({
  id: z.string(),
  spec: automationSpecSchema,
  enabled: z.boolean(),
  createdAt: z.number(),
  /** Null where only an event fires it, or nothing does. */
  nextAt: z.number().nullable(),
  /** Why it cannot find out what is due. */
  problem: z.string().nullable(),
  last: firingSchema.nullable(),
  /** Title of the pipeline; null where it is gone. */
  pipelineTitle: z.string().nullable(),
});
export type ListedAutomation = z.infer<typeof listedAutomationSchema>;

export const timelineRunSchema = runSummarySchema.omit({ metrics: true, nodeCounts: true, damaged: true }).extend({
  automationId: z.string().nullable(),
  attempt: z.number().nullable(),
});
export type TimelineRun = z.infer<typeof timelineRunSchema>;

export const listedChannelSchema = z.object({
  channel: channelSchema,
  /** Where its secret comes from; null: it needs none. */
  secret: z.enum(['environment', 'file', 'none']).nullable(),
  /** Name of the environment variable that would hold the secret. */
  variable: z.string(),
  problem: z.object({ at: z.number(), message: z.string() }).nullable(),
});
export type ListedChannel = z.infer<typeof listedChannelSchema>;

/** Schedules, triggers, their firings, and who is told. Times are Unix ms. */
export const automationContract = {
  list: base.output(
    z.object({
      /** Null where triggers fire in this process; else why not. */
      paused: z.string().nullable(),
      parallel: z.number(),
      automations: z.array(listedAutomationSchema),
    }),
  ),
  /** Adds one, or changes the one with the id. `token`: of a new webhook, told this once. */
  save: base.input(z.object({ id: z.string().optional(), spec: automationSpecSchema, enabled: z.boolean().optional() })).output(z.object({ id: z.string(), token: z.string().nullable() })),
  setEnabled: base.input(id.extend({ enabled: z.boolean() })).output(z.object({})),
  remove: base.input(id).output(z.object({})),
  /** Fires now, once. */
  fire: base.input(id).output(z.object({ firingId: z.string().nullable() })),
  /** Newest first. */
  firings: base.input(z.object({ automationId: z.string().optional(), from: z.number().optional(), until: z.number().optional(), limit: z.int().min(1).max(2000).default(200) })).output(z.array(firingSchema)),
  /** What ran, fired and will fire in a span. */
  timeline: base.input(z.object({ from: z.number(), until: z.number() })).output(
    z.object({ now: z.number(), firings: z.array(firingSchema), runs: z.array(timelineRunSchema), /** `many`: it stands for all due times of its day. */
      coming: z.array(z.object({ automationId: z.string(), at: z.number(), many: z.boolean() })) }),
  ),
  /** Due times that a schedule would have, while it is typed. @throws `cron-invalid`, `timezone-unknown`. */
  next: base.input(z.object({ cron: z.string().max(200), timezone: z.string().max(100), count: z.int().min(1).max(50).default(5) })).output(z.object({ times: z.array(z.number()) })),
  setParallel: base.input(z.object({ parallel: z.int().min(1).max(20) })).output(z.object({})),
  /** Tells that an automation, or one of its firings, is another now. */
  watch: base.output(eventIterator(z.object({ automationId: z.string() }))),
  /** Notices for the desktop of whoever listens. */
  notices: base.output(eventIterator(noticeSchema)),
  /** A contract that the table at a Data Contract's input keeps, as the node's params. */
  learnContract: base.input(z.object({ document: documentSchema, nodeId: z.string() })).output(z.object({ params: z.record(z.string(), z.unknown()) })),
  channels: base.output(z.array(listedChannelSchema)),
  /** `secret`: null keeps what is stored. */
  saveChannel: base.input(z.object({ channel: channelSchema, secret: z.string().max(10_000).nullable(), previous: z.string().optional() })).output(z.object({})),
  removeChannel: base.input(z.object({ name: z.string() })).output(z.object({})),
  /** Sends one message and says why it did not arrive. */
  testChannel: base.input(z.object({ name: z.string() })).output(z.object({})),
};
