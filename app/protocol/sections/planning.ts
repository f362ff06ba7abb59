import { z } from 'zod';
import { documentSchema, nodeLimitBounds } from '#app/pipeline/document.ts';
import { base } from '../base.ts';

/** A number that is only known roughly before a run: low ≤ likely ≤ high. */
export const rangeSchema = z.object({ low: z.number(), likely: z.number(), high: z.number() });
const verdict = z.enum(['ok', 'warning', 'refuse']);

export const preflightSchema = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      /** Of the first table output; null where there is none or nothing is known. */
      rows: rangeSchema.nullable(),
      /** Of that table in memory. */
      bytes: rangeSchema.nullable(),
      /** Of the node's own work. */
      memory: rangeSchema,
      /** DuckDB will likely move data to the disk while it works. */
      spills: z.boolean(),
      verdict,
      /** In words; empty where all is well. */
      why: z.string(),
      remedy: z.string(),
    }),
  ),
  disk: z.object({ need: rangeSchema, free: z.number(), budget: z.number(), verdict, why: z.string(), remedy: z.string() }),
  memory: z.object({ limit: z.number(), machine: z.number() }),
});
export type PreflightReport = z.infer<typeof preflightSchema>;

export const plannedPortSchema = z.object({
  nodeId: z.string(),
  port: z.string(),
  decision: z.enum(['kept', 'fused']),
  /** “kept: read by 3 nodes and holds a join”. */
  why: z.string(),
});
export type PlannedPortReport = z.infer<typeof plannedPortSchema>;

export const storageSchema = z.object({
  /** Bytes that kept results may take. */
  budget: z.number(),
  used: z.number(),
  /** Of `used`: registered models, pinned results, files that no result names. */
  models: z.number(),
  pinned: z.number(),
  unused: z.number(),
  /** Bytes free on the disk. */
  free: z.number(),
  /** Largest first. */
  held: z.array(
    z.object({
      pipelineId: z.string(),
      pipelineTitle: z.string(),
      nodeId: z.string(),
      nodeTitle: z.string(),
      nodeType: z.string(),
      bytes: z.number(),
      results: z.number(),
      /** Time to compute it again, ms. */
      ms: z.number(),
      /** Unix ms. */
      lastUsed: z.number(),
      isPinned: z.boolean(),
    }),
  ),
});
export type StorageReport = z.infer<typeof storageSchema>;

const from = z.enum(['machine', 'settings', 'start']);
export const limitsSchema = z.object({
  /** Bytes. */
  memory: z.number(),
  disk: z.number(),
  /** Where it comes from: a share of the machine, the project's settings, or what the app was started with. */
  memoryFrom: from,
  diskFrom: from,
  /** Longest time of one node in a run, seconds; null: none. */
  nodeSeconds: z.number().nullable(),
  /** Most memory of one node that runs code of its own, MB; null: no limit. */
  nodeMegabytes: z.number().nullable(),
  defaults: z.object({ memory: z.number(), disk: z.number() }),
});
export type LimitsReport = z.infer<typeof limitsSchema>;

/** Before a run: estimates; why tables are kept; what the disk holds. */
export const planningContract = {
  /** Rows, bytes and memory of each node that would run, and whether they fit. Nothing is computed. */
  preflight: base.input(z.object({ document: documentSchema, to: z.array(z.string()).default([]) })).output(preflightSchema),
  /** For each table that a run would compute: written or fused, and why. */
  explain: base.input(z.object({ document: documentSchema })).output(z.array(plannedPortSchema)),
  storage: base.output(storageSchema),
  /** Frees disk. `all`: every result that may go; otherwise older results of nodes that have newer ones, and what is over the budget. */
  clean: base.input(z.object({ all: z.boolean() })).output(z.object({ freed: z.number(), results: z.number() })),
  limits: base.output(limitsSchema),
  /** Bytes and seconds; null: the default again; absent: as it is. */
  setLimits: base
    .input(
      z.object({
        memory: z.number().nullable().optional(),
        disk: z.number().nullable().optional(),
        nodeSeconds: z.number().min(nodeLimitBounds.seconds.least).max(nodeLimitBounds.seconds.most).nullable().optional(),
        nodeMegabytes: z.number().min(nodeLimitBounds.megabytes.least).max(nodeLimitBounds.megabytes.most).nullable().optional(),
      }),
    )
    .output(limitsSchema),
};
