import { z } from 'zod';
import { documentSchema } from '#app/pipeline/document.ts';
import { momentKinds } from '#app/pipeline/timeline.ts';
import { base } from '../base.ts';
import { runStatus } from '../schema.ts';

export const momentSchema = z.object({
  id: z.string(),
  at: z.number(),
  /** One life of an engine. */
  session: z.string(),
  kind: z.enum(momentKinds),
  /** What was done, a sentence each. */
  words: z.array(z.string()),
  /** Hash of the document after it: equal hashes are one version. */
  document: z.string(),
  name: z.string().nullable(),
});
export type HistoryMoment = z.infer<typeof momentSchema>;

export const runMomentSchema = z.object({
  runId: z.string(),
  at: z.number(),
  status: runStatus,
  ms: z.number().nullable(),
  /** Nodes that took part. */
  nodes: z.number(),
});
export type RunMoment = z.infer<typeof runMomentSchema>;

export const commitSchema = z.object({ oid: z.string(), message: z.string(), author: z.string(), at: z.number() });
export type FileCommit = z.infer<typeof commitSchema>;

const pair = <T extends z.ZodType>(value: T) => z.tuple([value, value]);

export const runDiffSchema = z.object({
  changes: z.array(z.string()),
  ports: z.array(z.object({ nodeId: z.string(), port: z.string(), title: z.string(), rows: pair(z.number().nullable()), words: z.array(z.string()) })),
  metrics: z.array(z.object({ name: z.string(), values: pair(z.number().nullable()) })),
  from: z.string().nullable(),
  verdict: z.string(),
});
export type RunDifference = z.infer<typeof runDiffSchema>;

/** Everything that a pipeline ever was. */
export const historyContract = {
  /** Oldest first. */
  timeline: base.input(z.object({ path: z.string(), pipelineId: z.string() })).output(z.object({ moments: z.array(momentSchema), runs: z.array(runMomentSchema) })),
  /** Commits of the pipeline's file, where the project lies in a git repository. Newest first. */
  commits: base
    .input(z.object({ path: z.string() }))
    .output(z.object({ repository: z.boolean(), branch: z.string().nullable(), commits: z.array(commitSchema), /** The file differs from the last commit. */ changed: z.boolean() })),
  /** The file as it was committed. */
  atCommit: base.input(z.object({ path: z.string(), oid: z.string().regex(/^[0-9a-f]{40}$/) })).output(z.object({ document: documentSchema })),
  /** Commits this file and nothing else. */
  commit: base.input(z.object({ path: z.string(), message: z.string().min(1).max(10_000) })).output(z.object({ oid: z.string() })),
  version: base.input(z.object({ path: z.string(), id: z.string() })).output(z.object({ document: documentSchema })),
  /** Null takes the name off. */
  name: base.input(z.object({ path: z.string(), id: z.string(), name: z.string().max(200).nullable() })).output(z.object({})),
  /** How the second run differs from the first, and where it begins to. Tables are looked at where both are still on disk. */
  compareRuns: base.input(z.object({ before: z.string(), after: z.string() })).output(runDiffSchema),
};
