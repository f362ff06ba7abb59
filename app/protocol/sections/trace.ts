import { z } from 'zod';
import { base } from '../base.ts';
import { columnSchema } from '../schema.ts';

/** Left to right: data, what was made of them, what is used. */
export const traceKinds = ['dataset', 'version', 'column', 'run', 'step', 'metric', 'model', 'bundle', 'server', 'request'] as const;
export type TraceKind = (typeof traceKinds)[number];

/** How finely a run is shown: as one thing, by its nodes, or by the columns that came into what it made. */
export const traceDetails = ['runs', 'steps', 'columns'] as const;
export type TraceDetail = (typeof traceDetails)[number];

/** `name` is one of the words in the window's texts; `format` says how the value is written. */
const fact = z.object({ name: z.string(), value: z.union([z.string(), z.number()]), format: z.enum(['text', 'count', 'bytes', 'time', 'duration', 'number', 'hash']) });
export type TraceFact = z.infer<typeof fact>;

export const traceNodeSchema = z.object({
  id: z.string(),
  kind: z.enum(traceKinds),
  title: z.string(),
  /** Short, for the card; a number of rows, a status. */
  subtitle: z.string(),
  /** Unix ms; null where it has no time of its own. */
  at: z.number().nullable(),
  facts: z.array(fact),
  /** Things of the app that it stands for. */
  runId: z.string().nullable(),
  nodeId: z.string().nullable(),
  pipelinePath: z.string().nullable(),
  model: z.object({ name: z.string(), version: z.number() }).nullable(),
});
export type TraceNode = z.infer<typeof traceNodeSchema>;

export const traceEdgeKinds = ['state', 'read', 'holds', 'feeds', 'computed', 'measured', 'made', 'wrote', 'packed', 'served', 'answered'] as const;

export const traceGraphSchema = z.object({
  focus: z.string(),
  nodes: z.array(traceNodeSchema),
  edges: z.array(z.object({ from: z.string(), to: z.string(), kind: z.enum(traceEdgeKinds) })),
  /** Neighbours that are not shown, newest first are; ask again with the node's id in `opened`. */
  more: z.array(z.object({ id: z.string(), direction: z.enum(['up', 'down']), count: z.number() })),
});
export type TraceGraphData = z.infer<typeof traceGraphSchema>;

export const auditRecordSchema = z.object({
  seq: z.number(),
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  previous: z.string(),
  hash: z.string(),
});

export const auditFilterSchema = z.object({
  actor: z.string().optional(),
  action: z.string().optional(),
  about: z.string().max(300).optional(),
  since: z.number().optional(),
  until: z.number().optional(),
});

export const auditVerdictSchema = z.object({
  ok: z.boolean(),
  rows: z.number(),
  signed: z.object({ seq: z.number(), at: z.number(), key: z.string() }).nullable(),
  unsigned: z.number(),
  firstBad: z.object({ seq: z.number(), reason: z.string(), message: z.string() }).nullable(),
  notes: z.array(z.string()),
});
export type AuditVerdictData = z.infer<typeof auditVerdictSchema>;

export const openLineageStateSchema = z.object({
  file: z.boolean(),
  url: z.string(),
  namespace: z.string(),
  key: z.enum(['none', 'file', 'environment']),
  fromEnvironment: z.string().nullable(),
  chosen: z.boolean(),
  waiting: z.number(),
  lastError: z.string().nullable(),
});

export const reproductionSchema = z.object({
  runId: z.string(),
  /** `equal`: up to the rounding of numbers, which the order of additions in threads decides. */
  verdict: z.enum(['identical', 'equal', 'differs', 'inputs-changed', 'failed']),
  /** One sentence. */
  message: z.string(),
  changed: z.array(z.object({ dataset: z.string(), nodeId: z.string(), message: z.string() })),
  nodes: z.array(z.object({ nodeId: z.string(), title: z.string(), same: z.boolean(), compared: z.array(z.string()), differences: z.array(z.string()) })),
  first: z.object({ nodeId: z.string(), title: z.string(), how: z.string() }).nullable(),
});
export type ReproductionData = z.infer<typeof reproductionSchema>;

export const cardFormats = ['html', 'md', 'json', 'cyclonedx'] as const;

/** Where everything comes from, and who did what. */
export const traceContract = {
  /** What a thing comes from and what came of it. */
  graph: base
    .input(
      z.object({
        of: z.string(),
        direction: z.enum(['up', 'down', 'both']).default('both'),
        detail: z.enum(traceDetails).default('runs'),
        depth: z.int().min(0).max(50).default(10),
        /** Nodes at most. */
        limit: z.int().min(1).max(2000).default(300),
        /** Nodes of which all neighbours are wanted. */
        opened: z.array(z.string()).max(200).default([]),
      }),
    )
    .output(traceGraphSchema),
  /** Things whose name holds a text; all datasets, models and the last runs for an empty one. */
  search: base.input(z.object({ text: z.string().max(300), limit: z.int().min(1).max(200).default(50) })).output(z.array(traceNodeSchema)),
  /** The row of a request in the request log, and what its columns come from. */
  request: base.input(z.object({ id: z.string() })).output(
    z.object({
      model: z.string(),
      version: z.number().nullable(),
      at: z.string().nullable(),
      schema: z.array(columnSchema),
      cells: z.array(z.union([z.null(), z.boolean(), z.number(), z.string()])),
      columns: z.array(z.object({ column: z.string(), from: z.array(z.object({ dataset: z.string(), column: z.string(), via: z.enum(['value', 'filter']) })) })),
    }),
  ),
  audit: {
    list: base.input(auditFilterSchema.extend({ before: z.int().optional(), limit: z.int().min(1).max(500).default(100) })).output(z.array(auditRecordSchema)),
    names: base.output(z.object({ actors: z.array(z.string()), actions: z.array(z.string()) })),
    verify: base.output(auditVerdictSchema),
    sign: base.output(auditVerdictSchema),
    export: base.input(auditFilterSchema.extend({ format: z.enum(['jsonl', 'csv']) })).output(z.object({ content: z.instanceof(Blob), name: z.string() })),
  },
  openLineage: {
    get: base.output(openLineageStateSchema),
    /** `key`: null leaves it as it is. */
    set: base.input(z.object({ file: z.boolean(), url: z.string().max(2000), namespace: z.string().max(200), key: z.string().max(4000).nullable() })).output(openLineageStateSchema),
  },
  /** Runs again from what was recorded, in a project that is thrown away, and compares. */
  reproduce: base.input(z.object({ runId: z.string() })).output(reproductionSchema),
  /** A model's card or bill of materials. */
  card: base.input(z.object({ model: z.string(), format: z.enum(cardFormats) })).output(z.object({ content: z.string(), name: z.string() })),
};
