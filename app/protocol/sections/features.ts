import { z } from 'zod';
import { featureTestResultSchema, featureTestSchema } from '#app/sdk/features.ts';
import { base } from '../base.ts';
import { columnProfileSchema, columnSchema } from '../schema.ts';

const cell = z.union([z.null(), z.boolean(), z.number(), z.string()]);

/** `fresh`: the newest event is younger than three quarters of the time to live; `ageing`: younger than it; `stale`: nothing can be looked up any more; `untimed`: values do not expire; `empty`: no rows. */
export const freshnessState = z.enum(['fresh', 'ageing', 'stale', 'untimed', 'empty']);

export const materialisationSchema = z.object({
  id: z.string(),
  version: z.number(),
  /** Unix ms. */
  at: z.number(),
  status: z.enum(['current', 'superseded', 'held']),
  rows: z.number(),
  entities: z.number(),
  bytes: z.number(),
  firstEvent: z.number().nullable(),
  lastEvent: z.number().nullable(),
  tests: z.array(featureTestResultSchema),
  /** False once its rows are gone to free disk. */
  hasRows: z.boolean(),
  runId: z.string().nullable(),
  nodeId: z.string().nullable(),
  pipelineId: z.string().nullable(),
  pipelinePath: z.string().nullable(),
});
export type Materialisation = z.infer<typeof materialisationSchema>;

export const viewSummarySchema = z.object({
  name: z.string(),
  owner: z.string(),
  description: z.string(),
  keys: z.array(columnSchema),
  time: z.string(),
  created: z.string().nullable(),
  /** Seconds; null: values do not expire. */
  ttl: z.number().nullable(),
  delay: z.number(),
  /** Newest version, and how many there are. */
  version: z.number(),
  versions: z.number(),
  features: z.array(columnSchema),
  freshness: z.object({ state: freshnessState, /** Of the newest event, ms. */ ageMs: z.number().nullable(), lastEvent: z.number().nullable() }),
  /** Rows that count now; null: none yet. */
  current: materialisationSchema.nullable(),
  /** The last attempt, whether it counts or was held back. */
  latest: materialisationSchema.nullable(),
  /** Rows in the online store; null: not kept for lookups. */
  online: z.number().nullable(),
  /** It was kept for lookups, and those rows are gone: `features.db` was deleted. */
  isOnlineLost: z.boolean(),
  models: z.number(),
});
export type ViewSummary = z.infer<typeof viewSummarySchema>;

export const featureUseSchema = z.object({
  model: z.string(),
  modelVersion: z.number(),
  stage: z.string(),
  createdAt: z.number(),
  /** Version of the view. */
  version: z.number(),
  columns: z.array(z.string()),
  /** Features from which inputs of the model are computed. */
  computed: z.array(z.string()),
});
export type FeatureUse = z.infer<typeof featureUseSchema>;

export const viewDetailSchema = viewSummarySchema.extend({
  notes: z.record(z.string(), z.string()),
  tests: z.array(featureTestSchema),
  allVersions: z.array(z.object({ version: z.number(), createdAt: z.number(), features: z.array(columnSchema), keys: z.array(columnSchema), ttl: z.number().nullable(), changes: z.array(z.string()) })),
  /** Newest first. */
  history: z.array(materialisationSchema),
  lineage: z.array(z.object({ column: z.string(), from: z.array(z.object({ label: z.string(), column: z.string(), via: z.enum(['value', 'filter']), nodeId: z.string().optional() })) })),
  uses: z.array(featureUseSchema),
});
export type ViewDetail = z.infer<typeof viewDetailSchema>;

export const foundFeaturesSchema = z.object({
  view: z.string(),
  version: z.number(),
  values: z.record(z.string(), cell),
  event: z.number().nullable(),
  ageMs: z.number().nullable(),
  isExpired: z.boolean(),
  isFound: z.boolean(),
});
export type FoundFeatures = z.infer<typeof foundFeaturesSchema>;

/** The feature store. */
export const featuresContract = {
  list: base.output(z.array(viewSummarySchema)),
  show: base.input(z.object({ view: z.string() })).output(viewDetailSchema),
  /** Distribution of each column of the rows that count. */
  profile: base.input(z.object({ view: z.string(), version: z.int().nullable().default(null) })).output(z.array(columnProfileSchema)),
  /** Features of one key, now or as they were known at a time (ISO text, UTC). */
  get: base.input(z.object({ view: z.string(), version: z.int().nullable().default(null), key: z.record(z.string(), cell), at: z.string().max(40).nullable().default(null) })).output(foundFeaturesSchema),
  /** Keys of some rows, to try a lookup with. */
  someKeys: base.input(z.object({ view: z.string(), limit: z.int().min(1).max(50).default(8) })).output(z.array(z.record(z.string(), cell))),
  /** Fills the online store again from the kept rows, where what was there is gone. */
  restoreOnline: base.input(z.object({ view: z.string() })).output(z.object({ versions: z.array(z.number()) })),
  remove: base.input(z.object({ view: z.string() })).output(z.object({})),
};
