import { z } from 'zod';
import { blockSchema, reportSchema } from '#app/reports/document.ts';
import { reportStepSchema } from '#app/reports/patch.ts';
import type { Resolved } from '#app/reports/resolved.ts';
import { base } from '../base.ts';
import { chartSpecSchema } from '../chart.ts';
import { columnSchema, diagnosticSchema, runStatus } from '../schema.ts';
import { trashedAnswer } from './trash.ts';

const scalar = z.union([z.null(), z.boolean(), z.number(), z.string()]);
/** NaN does not survive JSON; a metric that is null could not be computed. */
const measured = z.number().nullable().transform((value) => value ?? Number.NaN);

const metricItem = z.object({ name: z.string(), value: measured, format: z.enum(['count', 'number', 'percent', 'duration', 'bytes']), help: z.string().optional() });
const tableFields = { columns: z.array(columnSchema), rows: z.array(z.array(scalar)) };

const valueBlock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), markdown: z.string() }),
  z.object({ type: z.literal('metrics'), title: z.string().optional(), metrics: z.array(metricItem) }),
  z.object({ type: z.literal('chart'), chart: chartSpecSchema }),
  z.object({ type: z.literal('table'), title: z.string().optional(), ...tableFields }),
]);

const drawing = z.object({
  tag: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.number()])),
  get children() {
    return z.array(z.union([drawing, z.string()]));
  },
});

const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('text'), markdown: z.string() }),
  z.object({ type: z.literal('table'), ...tableFields, total: z.number(), filterValues: z.array(z.string().nullable()).optional() }),
  z.object({ type: z.literal('chart'), chart: chartSpecSchema, parts: z.array(z.object({ value: z.string(), chart: chartSpecSchema })).optional() }),
  z.object({ type: z.literal('metric'), metric: metricItem, previous: z.number().nullable() }),
  z.object({ type: z.literal('value'), title: z.string(), blocks: z.array(valueBlock) }),
  z.object({ type: z.literal('picture'), picture: drawing }),
]);

const origin = z.object({
  pipelineTitle: z.string(),
  path: z.string(),
  nodeId: z.string(),
  nodeTitle: z.string(),
  runId: z.string().nullable(),
  at: z.number().nullable(),
  stale: z.string().nullable(),
  pinned: z.boolean(),
});

export const resolvedSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), content, origin: origin.nullable() }),
  z.object({ state: z.literal('missing'), message: z.string(), remedy: z.string(), run: z.object({ path: z.string(), node: z.string() }).nullable() }),
  z.object({ state: z.literal('gone'), message: z.string(), remedy: z.string() }),
  z.object({ state: z.literal('failed'), problem: diagnosticSchema }),
]) satisfies z.ZodType<Resolved>;

const listed = z.object({ path: z.string(), title: z.string(), kind: reportSchema.shape.kind.unwrap(), blocks: z.number(), modifiedAt: z.number() });

const offered = z.discriminatedUnion('type', [
  z.object({ type: z.literal('chart'), title: z.string(), index: z.number() }),
  z.object({ type: z.literal('table'), title: z.string(), index: z.number() }),
  z.object({ type: z.literal('metric'), name: z.string() }),
]);

/** Ports of a pipeline that blocks can show. */
export const reportPipelineSchema = z.object({
  path: z.string(),
  id: z.string(),
  title: z.string(),
  nodes: z.array(z.object({ id: z.string(), title: z.string(), type: z.string(), ports: z.array(z.object({ name: z.string(), title: z.string(), kind: z.string() })) })),
  runs: z.array(z.object({ runId: z.string(), startedAt: z.number(), status: runStatus })),
});
export type ReportPipeline = z.infer<typeof reportPipelineSchema>;

const pinned = reportSchema.shape.pinned;

/** Pages of results and text. */
export const reportsContract = {
  /** Newest first. */
  list: base.output(z.array(listed)),
  /** `version`: what a save must have been made on. `history`: undo steps of earlier sessions, the first `position` of them applied; `forgotten` came before. */
  open: base.input(z.object({ path: z.string() })).output(z.object({ report: reportSchema, version: z.string(), history: z.array(reportStepSchema), position: z.int().min(0), forgotten: z.int().min(0) })),
  create: base.input(z.object({ title: z.string().min(1).max(200), like: reportSchema.optional() })).output(z.object({ path: z.string() })),
  /** Answered when it is on disk. `entries` replace the history from `base` on, `position` of all are applied. `after`: versions that it may have been made on; at any other it is refused as `edited-elsewhere`. */
  save: base.input(z.object({ path: z.string(), report: reportSchema, after: z.array(z.string()), base: z.int().min(0), entries: z.array(reportStepSchema), position: z.int().min(0) })).output(z.object({ savedAt: z.number(), version: z.string() })),
  remove: base.input(z.object({ path: z.string() })).output(trashedAnswer),
  /** What a block shows now; nothing is run. */
  block: base.input(z.object({ block: blockSchema, pinned })).output(resolvedSchema),
  /** Pipelines, their ports and their last runs, to choose from. */
  pipelines: base.output(z.array(reportPipelineSchema)),
  /** Charts, tables and numbers that a port's value has, where it has been run. */
  offers: base.input(z.object({ source: blockSchema.options[2].shape.source, pinned })).output(z.object({ kind: z.string().nullable(), columns: z.array(columnSchema), offers: z.array(offered) })),
  /** A report of a pipeline's last run, that says what it does and shows what matters. */
  fromRun: base.input(z.object({ path: z.string() })).output(z.object({ path: z.string() })),
  /** What one self-contained file shows, block by block in the report's order; the page makes the file, in its language. `notes`: what the file will not have. */
  exported: base.input(z.object({ report: reportSchema })).output(z.object({ blocks: z.array(resolvedSchema), notes: z.array(z.string()) })),
};
