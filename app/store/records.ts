import { z } from 'zod';
import { diagnosticSchema } from '#app/core/diagnostic-schema.ts';
import { PenstockError } from '#app/core/errors.ts';
import { issueAt } from '#app/core/issue-phrase.ts';

/** Shapes of the JSON columns, checked whenever they are read, and of the records that come out. */

const portKind = z.enum(['table', 'recipe', 'learner', 'model', 'evaluation', 'report']);
export const storedPortStats = z.object({
  kind: portKind,
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  previousRows: z.number().nullable().optional(),
  previousBytes: z.number().nullable().optional(),
  flowBytes: z.number().optional(),
  ms: z.number().optional(),
  plan: z.string().optional(),
});
/** A port's value; its kind is checked, the rest is JSON that only this store wrote. */
export const storedPortValue = z.looseObject({ kind: portKind });
export const storedKeyParts = z.object({
  type: z.string(),
  version: z.number(),
  params: z.unknown(),
  fingerprint: z.record(z.string(), z.string()),
  upstream: z.record(z.string(), z.array(z.object({ key: z.string(), port: z.string(), nodeId: z.string(), title: z.string() }))),
});
const columnType = z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']);
const column = z.object({ name: z.string(), type: columnType });
export const storedModelValue = z.looseObject({
  kind: z.literal('model'),
  onnx: z.string(),
  // Loose: what a later version of the app adds to a signature (images, say) is kept.
  signature: z.looseObject({
    task: z.enum(['classification', 'regression']),
    target: column,
    inputs: z.array(column),
    classes: z.array(z.string()).optional(),
    features: z.array(z.string()),
  }),
  algorithm: z.string(),
  params: z.record(z.string(), z.unknown()),
  metrics: z.record(z.string(), z.number()),
  golden: z.string(),
  rows: z.number(),
});

export const runStatuses = ['running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const;
export const nodeRunStatuses = ['queued', 'running', 'succeeded', 'cached', 'failed', 'cancelled', 'skipped'] as const;
export type StoredRunStatus = (typeof runStatuses)[number];
export type StoredNodeRunStatus = (typeof nodeRunStatuses)[number];

export const runRow = z.object({
  runId: z.string(),
  pipelineId: z.string(),
  pipelinePath: z.string().nullable(),
  title: z.string(),
  versionHash: z.string(),
  status: z.enum(runStatuses),
  startedAt: z.number(),
  ms: z.number().nullable(),
});
export type RunRecord = z.infer<typeof runRow>;

export const nodeRunRow = z.object({
  nodeId: z.string(),
  type: z.string(),
  title: z.string(),
  status: z.enum(nodeRunStatuses),
  reason: z.string(),
  cacheKey: z.string().nullable(),
  ms: z.number().nullable(),
  /** When it began, in ms since its run did. */
  startedMs: z.number().nullable().transform((value) => value ?? undefined).optional(),
  ports: jsonColumn(z.record(z.string(), storedPortStats)),
  diagnostics: jsonColumn(z.array(diagnosticSchema)),
});

export interface NodeRunRecord extends z.infer<typeof nodeRunRow> {
  readonly metrics: Readonly<Record<string, number>>;
}

export interface SeriesRecord {
  readonly nodeId: string;
  readonly name: string;
  readonly steps: number[];
  readonly values: number[];
}

/** A JSON text column of this shape. A value that does not parse or fit is a damaged record, not a crash. */
export function jsonColumn<T extends z.ZodType>(shape: T): z.ZodPipe<z.ZodTransform<unknown, unknown>, T> {
  return z.preprocess((value, context) => {
    try {
      return JSON.parse(String(value)) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  }, shape) as unknown as z.ZodPipe<z.ZodTransform<unknown, unknown>, T>;
}

/** @throws PenstockError `record-damaged` naming the record: the database as such is whole, so that it may have been written to. */
export function readRow<T extends z.ZodType>(shape: T, row: unknown, what: string): z.output<T> {
  const result = shape.safeParse(row);
  if (result.success) return result.data;
  throw new PenstockError('record-damaged', `A record of the project's database is damaged: ${what}, ${issueAt(result.error)}.`, {
    remedy: 'Run again to make a new record, or put the database’s last good copy in its place with “penstock storage --restore”.',
    cause: result.error,
  });
}
