import { z } from 'zod';
import { base } from '../base.ts';

const kind = z.enum(['javascript', 'pack', 'python', 'sql', 'database', 'model-file', 'registered-model', 'server', 'writes-outside']);

export const trustReportSchema = z.object({
  /** True: what is listed here does not run. */
  restricted: z.boolean(),
  /** The project folder. */
  path: z.string(),
  /** `made` here, `given` by the user, for this `session` only; null: not trusted. */
  how: z.enum(['made', 'given', 'session']).nullable(),
  /** Unix ms. */
  since: z.number().nullable(),
  nodes: z.array(z.object({ pipeline: z.string(), pipelineTitle: z.string(), nodeId: z.string(), title: z.string(), kind })),
  connections: z.array(z.string()),
  /** Schedules and triggers that are on. */
  automations: z.array(z.string()),
  /** Webhooks and mail. */
  channels: z.array(z.string()),
  /** Model servers that are set up. */
  servers: z.array(z.string()),
  /** Registered models. */
  models: z.number(),
});
export type TrustReport = z.output<typeof trustReportSchema>;

/** Whether what came with the project may run. */
export const trustContract = {
  state: base.output(z.object({ restricted: z.boolean() })),
  report: base.output(trustReportSchema),
  give: base.output(z.object({})),
  revoke: base.output(z.object({})),
};
