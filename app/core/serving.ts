import { z } from 'zod';

/** What is served and how, and what a server tells of itself: one description for the store, the server, the engine and the page. */

/** As names of registered models. */
export const servedNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

const modelName = z.string().regex(servedNamePattern);
/** `NAME`, `NAME@3`, `NAME@champion`, `NAME@production`. */
const reference = z.string().min(1).max(130);

export const servedModelSchema = z.object({
  /** In addresses: /v2/models/NAME. */
  name: modelName,
  reference,
  /** A part of the requests is answered by another version. */
  canary: z
    .object({
      reference,
      percent: z.number().min(0).max(100),
      /** Input column that decides, so that a customer always gets the same version; null: the request's id. */
      key: z.string().nullable().default(null),
    })
    .nullable()
    .default(null),
  /** Hears of every request and never answers one. */
  shadow: z.object({ reference }).nullable().default(null),
  /** Features that cannot be looked up are missing values, or (`required`) the request is refused. */
  features: z.enum(['optional', 'required']).default('optional'),
});
export type ServedModelSettings = z.infer<typeof servedModelSchema>;

export const requestLogSettingsSchema = z.object({
  /** Share of requests that are written, 0 to 1. */
  rate: z.number().min(0).max(1).default(1),
  /** Columns that are not written as they are: `drop` – not at all, `hash` – as a keyed hash, equal for equal values. */
  redact: z.array(z.object({ column: z.string(), how: z.enum(['drop', 'hash']) })).default([]),
  keepDays: z.number().min(0.01).max(3650).default(30),
  keepBytes: z.number().int().min(1 << 20).default(1 << 30),
});
export type RequestLogSettings = z.infer<typeof requestLogSettingsSchema>;

export const serverLimitsSchema = z.object({
  /** Largest body, in bytes. */
  maxBody: z.number().int().min(1024).default(16 << 20),
  maxRows: z.number().int().min(1).default(10_000),
  /** Requests of one model that wait or are being answered; more are refused. */
  queue: z.number().int().min(1).default(512),
  /** From the request's first byte to its answer, in ms. */
  timeoutMs: z.number().int().min(10).default(30_000),
  explainRows: z.number().int().min(1).default(20),
  explainMs: z.number().int().min(10).default(2000),
});
export type ServerLimits = z.infer<typeof serverLimitsSchema>;

export const serverSettingsSchema = z.object({
  format: z.literal('penstock-server').default('penstock-server'),
  name: modelName,
  models: z.array(servedModelSchema).min(1),
  log: requestLogSettingsSchema.prefault({}),
  /** What follows counts from the next start. */
  host: z.string().default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(0),
  /** Whether requests need a token also on this machine. */
  needsToken: z.boolean().default(false),
  tokenFile: z.string().nullable().default(null),
  tls: z.object({ cert: z.string(), key: z.string() }).nullable().default(null),
  limits: serverLimitsSchema.prefault({}),
});
export type ServerSettings = z.infer<typeof serverSettingsSchema>;


/** What a token lets its holder do: `predict` – ask models and look at what they take; `metrics` – read numbers about the server. */
export const tokenScopes = ['predict', 'metrics'] as const;
export type TokenScope = (typeof tokenScopes)[number];

const variant = z.enum(['primary', 'canary', 'shadow']);

/** Requests of some seconds. Latencies in ms; null: there were none. */
export const recentSlotSchema = z.object({
  at: z.number(),
  seconds: z.number(),
  requests: z.number(),
  errors: z.number(),
  rejected: z.number(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});
export type RecentSlot = z.infer<typeof recentSlotSchema>;

/** `GET /status` of a model server, for whoever can read its state file. */
export const serverStatusSchema = z.object({
  name: z.string(),
  url: z.string(),
  needsToken: z.boolean(),
  settings: serverSettingsSchema,
  memoryBytes: z.number(),
  /** Newest first. `status` 0: nothing that a caller saw. */
  problems: z.array(z.object({ at: z.number(), model: z.string(), status: z.number(), code: z.string(), message: z.string() })),
  models: z.array(
    z.object({
      name: z.string(),
      active: z.number(),
      versions: z.array(z.object({ variant, version: z.number(), model: z.string(), stage: z.string(), aliases: z.array(z.string()), lane: z.enum(['here', 'worker']), callMs: z.number().nullable(), inputs: z.array(z.object({ name: z.string(), type: z.string() })), classes: z.array(z.string()).nullable(), /** Versions of views that requests may leave out. */ features: z.array(z.object({ view: z.string(), version: z.number() })).default([]), requests: z.number(), errors: z.number() })),
      problems: z.array(z.object({ variant, message: z.string() })),
      shadow: z.object({ records: z.number(), different: z.number(), failed: z.number(), skipped: z.number(), distance: z.number() }),
      log: z.object({ written: z.number(), dropped: z.number() }),
      now: recentSlotSchema,
      history: z.array(recentSlotSchema),
    }),
  ),
});
export type ServerStatus = z.infer<typeof serverStatusSchema>;
