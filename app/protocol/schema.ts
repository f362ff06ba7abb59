import { z } from 'zod';
import { diagnosticSchema } from '#app/core/diagnostic-schema.ts';
import { documentSchema } from '#app/pipeline/document.ts';

/** The wire types of the engine protocol. Every message is checked by these on both sides. */

export { diagnosticSchema };

export const columnSchema = z.object({
  name: z.string(),
  type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']),
});

export const nodeRunStatus = z.enum(['queued', 'running', 'succeeded', 'cached', 'failed', 'cancelled', 'skipped']);
export const runStatus = z.enum(['running', 'succeeded', 'failed', 'cancelled', 'interrupted']);
export type NodeRunStatus = z.infer<typeof nodeRunStatus>;
export type RunStatus = z.infer<typeof runStatus>;

/** Result state of a node against the cache, before running. `stale` carries the reasons in words. */
export const freshnessSchema = z.object({
  state: z.enum(['never-run', 'fresh', 'stale', 'not-ready']),
  /** e.g. "`learningRate` 0.1 → 0.05", "`orders.csv` changed on disk", "upstream *Filter Rows* changed". */
  reasons: z.array(z.string()),
});
export type Freshness = z.infer<typeof freshnessSchema>;

export const portStatsSchema = z.object({
  kind: z.enum(['table', 'recipe', 'learner', 'model', 'evaluation', 'report']),
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  /** In the last successful run of the pipeline, where the node was in it. */
  previousRows: z.number().nullable().optional(),
  previousBytes: z.number().nullable().optional(),
  /** Uncompressed bytes that came out of its operator, where a query's profile told it: `bytes` is of files, and null for fused tables. */
  flowBytes: z.number().optional(),
  /** Time of its own operators, all threads together, where a query's profile told it. */
  ms: z.number().optional(),
  /** Why the table was written or not: “kept: read by 3 nodes and holds a join”. */
  plan: z.string().optional(),
});

export const nodeRunSchema = z.object({
  nodeId: z.string(),
  type: z.string(),
  title: z.string(),
  status: nodeRunStatus,
  /** Why it ran, was reused, or was skipped, in words. */
  reason: z.string(),
  cacheKey: z.string().nullable(),
  /** Wall time in ms; null until finished. */
  ms: z.number().nullable(),
  /** When it began, in ms since its run did; absent where it did nothing, and in older runs. */
  startedMs: z.number().optional(),
  ports: z.record(z.string(), portStatsSchema),
  metrics: z.record(z.string(), z.number()),
  diagnostics: z.array(diagnosticSchema),
});
export type NodeRun = z.infer<typeof nodeRunSchema>;

export const runSummarySchema = z.object({
  runId: z.string(),
  pipelineId: z.string(),
  pipelinePath: z.string().nullable(),
  title: z.string(),
  status: runStatus,
  startedAt: z.number(),
  ms: z.number().nullable(),
  /** Final metrics of evaluation nodes: `Node title · metric` → value. */
  metrics: z.record(z.string(), z.number()),
  nodeCounts: z.record(z.string(), z.number()),
  /** Where its record in the database cannot be read: what is wrong with it. The rest is what could be read, and without metrics and counts. */
  damaged: diagnosticSchema.optional(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

export const runDetailSchema = runSummarySchema.omit({ damaged: true }).extend({
  nodes: z.array(nodeRunSchema),
  document: documentSchema,
  series: z.array(z.object({ nodeId: z.string(), name: z.string(), steps: z.array(z.number()), values: z.array(z.number()) })),
});
export type RunDetail = z.infer<typeof runDetailSchema>;

/** Stream of a run. Numbers in `metric` are batched by the engine (at most 20 messages a second). */
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), runId: z.string(), status: runStatus, ms: z.number().nullable() }),
  z.object({ type: z.literal('node'), runId: z.string(), node: nodeRunSchema }),
  z.object({ type: z.literal('progress'), runId: z.string(), nodeId: z.string(), fraction: z.number().nullable(), message: z.string().optional() }),
  z.object({
    type: z.literal('metrics'),
    runId: z.string(),
    points: z.array(z.object({ nodeId: z.string(), name: z.string(), step: z.number(), value: z.number() })),
  }),
  z.object({ type: z.literal('log'), runId: z.string(), nodeId: z.string(), level: z.enum(['info', 'warning']), message: z.string(), at: z.number() }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;

export const sortSchema = z.object({ column: z.string(), descending: z.boolean() });
/** Filter on a table view: text in the expression language over the port's columns, empty for none. */
export const pageRequestSchema = z.object({
  document: documentSchema,
  nodeId: z.string(),
  port: z.string(),
  offset: z.int().min(0),
  limit: z.int().min(1).max(5000),
  sort: z.array(sortSchema).max(5).default([]),
  filter: z.string().max(10_000).default(''),
  /** The first rows are enough of a table that was never read: pages, counts and profiles say where they are of those only. */
  glimpse: z.boolean().default(false),
  /** As this run left it, where that is still kept; absent: as it is now. `document` is then the one that was run, or part of it. */
  runId: z.string().optional(),
});

export const columnProfileSchema = z.object({
  name: z.string(),
  type: columnSchema.shape.type,
  count: z.number(),
  missing: z.number(),
  distinct: z.number().nullable(),
  min: z.union([z.number(), z.string(), z.null()]),
  max: z.union([z.number(), z.string(), z.null()]),
  mean: z.number().nullable(),
  stddev: z.number().nullable(),
  /** Equal-width bins for numbers and dates (edges.length = counts.length + 1). */
  histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number()) }).nullable(),
  /** Most frequent values, for text and booleans. */
  top: z.array(z.object({ value: z.string(), count: z.number() })),
  /** Rows of the sample that distinct, histogram, top and perhaps mean are of; absent: all rows. */
  looked: z.number().optional(),
});
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

export const modelVersionSchema = z.object({
  name: z.string(),
  version: z.number(),
  createdAt: z.number(),
  algorithm: z.string(),
  task: z.enum(['classification', 'regression']),
  target: z.string(),
  inputs: z.array(columnSchema),
  rows: z.number(),
  metrics: z.record(z.string(), z.number()),
  onnx: z.string(),
  runId: z.string().nullable(),
  nodeId: z.string().nullable(),
  pipelineTitle: z.string().nullable(),
  note: z.string(),
  /** That point at it now. */
  aliases: z.array(z.string()),
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;
