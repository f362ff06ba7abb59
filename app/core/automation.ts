import { z } from 'zod';

/** What runs by itself: its shape, as it is stored, sent and written on the command line. */

const nodeId = z.string().min(1).max(200);
const name = z.string().trim().min(1).max(200);

export const triggerSchema = z.discriminatedUnion('kind', [
  /** Five fields: minute, hour, day of the month, month, weekday. */
  z.object({ kind: z.literal('cron'), cron: z.string().min(1).max(200), timezone: z.string().min(1).max(100) }),
  z.object({
    kind: z.literal('file'),
    /** Glob, under the project folder or absolute: `inbox/*.csv`. */
    glob: z.string().min(1).max(1000),
    /** A file is taken when it has not grown for so long. */
    settleSeconds: z.number().min(0).max(3600).default(5),
    /** Whether files that lie there when the trigger is made fire, too. */
    existing: z.boolean().default(false),
  }),
  z.object({ kind: z.literal('run'), pipeline: z.string().min(1).max(1000), status: z.enum(['succeeded', 'failed', 'any']).default('succeeded') }),
  z.object({ kind: z.literal('alarm'), /** Empty: any monitor. */ monitor: z.string().max(500).default(''), severity: z.enum(['any', 'critical']).default('any') }),
  z.object({
    kind: z.literal('model'),
    model: z.string().min(1).max(100),
    change: z.enum(['registered', 'stage', 'alias']).default('registered'),
    /** Stage or alias that it must have now; empty: any. */
    is: z.string().max(100).default(''),
  }),
  z.object({
    kind: z.literal('webhook'),
    /** SHA-256 of the token in the address, which is made when this is empty and shown once. */
    tokenHash: z.string().regex(/^([0-9a-f]{64})?$/).default(''),
    /** Also wants a signature with the secret stored under this name; empty: the token is enough. */
    secret: z.string().max(100).default(''),
  }),
]);
export type Trigger = z.output<typeof triggerSchema>;

export const overrideSchema = z.object({
  node: nodeId,
  /** Name, or path with dots. */
  param: z.string().min(1).max(200),
  /** JSON; in text `{{file}}` and the like are put in. */
  value: z.unknown(),
});
export type ParamOverride = z.output<typeof overrideSchema>;

export const notifyEvents = ['failure', 'recovery', 'success', 'alarm'] as const;
export type NotifyEvent = (typeof notifyEvents)[number];

export const misfirePolicies = ['skip', 'once', 'all'] as const;

export const automationSpecSchema = z.object({
  name,
  /** Path of the pipeline in the project. */
  pipeline: z.string().min(1).max(1000),
  /** Ids of nodes to run up to; empty: everything. */
  to: z.array(nodeId).max(100).default([]),
  overrides: z.array(overrideSchema).max(100).default([]),
  trigger: triggerSchema,
  misfire: z.object({
    /** What happens to due times that passed while nothing could fire: none, the last one, or each (the last `limit`). */
    policy: z.enum(misfirePolicies).default('once'),
    limit: z.int().min(1).max(100).default(10),
  }).prefault({}),
  retry: z.object({
    /** Further attempts after the first one. */
    times: z.int().min(0).max(20).default(0),
    /** Wait before the first further attempt, in seconds; doubles with each. */
    seconds: z.number().min(0).max(86_400).default(60),
    /** Longest wait, in seconds. */
    atMost: z.number().min(0).max(604_800).default(3600),
  }).prefault({}),
  /** Seconds until a run is cancelled; 0: never. */
  timeout: z.number().min(0).max(2_592_000).default(0),
  /** While the firing before is not done: leave this one out, keep it waiting, or cancel the other. */
  overlap: z.enum(['skip', 'queue', 'replace']).default('queue'),
  notify: z.object({
    /** Names of channels; empty: nobody is told. */
    channels: z.array(z.string().max(100)).max(20).default([]),
    on: z.array(z.enum(notifyEvents)).default(['failure', 'recovery']),
  }).prefault({}),
  /** Node of the pipeline that declares it; a run of the pipeline keeps it up to date. */
  node: nodeId.optional(),
});
export type AutomationSpec = z.output<typeof automationSpecSchema>;

export const firingStates = ['waiting', 'running', 'succeeded', 'failed', 'timed-out', 'cancelled', 'skipped'] as const;
export type FiringState = (typeof firingStates)[number];

export const attemptOutcomes = ['succeeded', 'failed', 'timed-out', 'cancelled', 'interrupted'] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

export const attemptSchema = z.object({
  attempt: z.number(),
  runId: z.string().nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  outcome: z.enum(attemptOutcomes).nullable(),
  reason: z.string(),
});
export type FiringAttempt = z.output<typeof attemptSchema>;

export const firingSchema = z.object({
  id: z.string(),
  automationId: z.string(),
  /** What it is for: `time:2026-03-29T01:00:00.000Z`, `file:…`, `run:ID`, `manual:ID` … */
  dueKey: z.string(),
  /** Unix ms, as the following times. */
  dueAt: z.number(),
  firedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  state: z.enum(firingStates),
  reason: z.string(),
  missed: z.number(),
  given: z.record(z.string(), z.unknown()),
  notBefore: z.number().nullable(),
  attempts: z.array(attemptSchema),
});
export type Firing = z.output<typeof firingSchema>;
