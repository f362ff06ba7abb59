import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { importParams, importedFileSchema } from '#app/sdk/imported-model.ts';
import { base } from '../base.ts';
import { columnSchema, diagnosticSchema } from '../schema.ts';

const stage = z.enum(['candidate', 'staging', 'production', 'archived']);
const name = z.string().max(63);
const version = z.int().min(1);
const reference = z.object({ name, version });
const direction = z.enum(['higher', 'lower']).nullable();
const task = z.enum(['classification', 'regression']);
const approval = z.object({ actor: z.string(), verdict: z.enum(['approved', 'rejected']), note: z.string(), at: z.number() });

const mainMetricSchema = z.object({
  name: z.string(),
  better: direction,
  /** Oldest version first. */
  points: z.array(z.object({ version: z.number(), value: z.number() })),
  best: z.object({ version: z.number(), value: z.number() }),
});

/** One name with what a list shows of it. */
export const registeredModelSchema = z.object({
  name: z.string(),
  versions: z.number(),
  latest: z.number(),
  /** Versions by stage, newest first; candidates and archived ones only counted. */
  production: z.array(z.number()),
  staging: z.array(z.number()),
  aliases: z.array(z.object({ alias: z.string(), version: z.number() })),
  task,
  target: z.string(),
  algorithm: z.string(),
  metric: mainMetricSchema.nullable(),
  registeredAt: z.number(),
  /** Versions that the search found. */
  found: z.array(z.number()),
});
export type RegisteredModel = z.infer<typeof registeredModelSchema>;

export const versionSummarySchema = z.object({
  name: z.string(),
  version: z.number(),
  stage,
  aliases: z.array(z.string()),
  createdAt: z.number(),
  /** `user:ann`; null on versions from before it was kept. */
  actor: z.string().nullable(),
  algorithm: z.string(),
  rows: z.number(),
  note: z.string(),
  source: z.enum(['trained', 'onnx', 'mlflow']),
  approvals: z.array(approval),
  /** Of fitting, and `Node: metric` of evaluations. */
  metrics: z.record(z.string(), z.number()),
});
export type VersionSummary = z.infer<typeof versionSummarySchema>;

const historySchema = z.object({ seq: z.number(), at: z.number(), actor: z.string(), action: z.string(), details: z.record(z.string(), z.unknown()) });

export const versionDetailSchema = versionSummarySchema.extend({
  task,
  target: columnSchema,
  inputs: z.array(columnSchema),
  classes: z.array(z.string()).nullable(),
  onnx: z.string(),
  params: z.record(z.string(), z.unknown()),
  /** Steps of its recipe; null where that is not known. */
  recipe: z.array(z.string()).nullable(),
  notes: z.array(z.string()),
  /** Where from: of versions trained here. */
  trainer: z.object({ nodeId: z.string(), title: z.string() }).nullable(),
  dataset: z.object({ title: z.string(), rows: z.number().nullable(), columns: z.array(z.string()) }).nullable(),
  data: z.string().nullable(),
  commit: z.string().nullable(),
  app: z.string().nullable(),
  pipelineHash: z.string().nullable(),
  pipelineTitle: z.string().nullable(),
  /** Null where the pipeline was never saved as a file, or is gone. */
  pipelinePath: z.string().nullable(),
  runId: z.string().nullable(),
  nodeId: z.string().nullable(),
  origin: z.string().nullable(),
  /** Newest first. */
  history: z.array(historySchema),
  /** What uses it now, as in a sentence. */
  usedBy: z.array(z.string()),
});
export type VersionDetail = z.infer<typeof versionDetailSchema>;

const values = z.array(z.string().nullable());
export const comparisonSchema = z.object({
  versions: z.array(versionSummarySchema),
  metrics: z.array(z.object({ name: z.string(), values: z.array(z.number().nullable()), differences: z.array(z.number().nullable()), better: direction, best: z.number().nullable() })),
  inputs: z.array(z.object({ name: z.string(), types: values })),
  sameInputs: z.number(),
  facts: z.array(z.object({ name: z.enum(['algorithm', 'task', 'target', 'classes', 'rows', 'recipe', 'commit', 'app', 'pipeline']), values })),
  params: z.array(z.object({ name: z.string(), values })),
  sameData: z.array(z.boolean().nullable()),
  sameModel: z.array(z.boolean()),
});
export type Comparison = z.infer<typeof comparisonSchema>;

const promotion = z.object({ name: z.string(), version: z.number(), from: stage, to: stage, archived: z.array(z.number()) });
const cell = z.union([z.null(), z.boolean(), z.number(), z.string()]);
const rules = z.object({ approvals: z.int().min(0).max(20) });

const mlflowServer = z.object({ url: z.string().max(2000), user: z.string().max(255).default(''), experiment: z.string().max(255).default('Penstock') });
export type MlflowServer = z.infer<typeof mlflowServer>;
/** One step of a push or pull, then what came of it. */
const transfer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step'), message: z.string(), fraction: z.number() }),
  z.object({ type: z.literal('done'), name: z.string(), version: z.number(), url: z.string(), isNew: z.boolean() }),
]);
export type TransferEvent = z.infer<typeof transfer>;

/** The model registry: find, look, compare, move between stages, take in and out. */
export const registryContract = {
  /** Models by name; with a search (`stage:production auc>0.8 churn`) those with a version it finds. */
  list: base.input(z.object({ query: z.string().max(500).default('') })).output(z.array(registeredModelSchema)),
  versions: base.input(z.object({ name })).output(z.object({ target: z.string(), versions: z.array(versionSummarySchema), metric: mainMetricSchema.nullable() })),
  version: base.input(reference).output(versionDetailSchema),
  /** Rows that were kept with their predictions when the model was made. */
  golden: base
    .input(reference.extend({ limit: z.int().min(1).max(200).default(50) }))
    .output(z.object({ rows: z.number(), columns: z.array(columnSchema), inputs: z.array(z.array(cell)), predictions: z.array(z.object({ prediction: cell, probability: z.number().nullable() })) })),
  compare: base.input(z.object({ versions: z.array(reference).min(2).max(6) })).output(comparisonSchema),
  setStage: base.input(reference.extend({ stage, anyway: z.boolean().default(false), keep: z.boolean().default(false) })).output(promotion),
  rollBack: base.input(z.object({ name, anyway: z.boolean().default(false) })).output(promotion),
  setAlias: base.input(reference.extend({ alias: z.string().max(63) })).output(z.object({ before: z.number().nullable() })),
  removeAlias: base.input(z.object({ name, alias: z.string().max(63) })).output(z.object({})),
  approve: base.input(reference.extend({ verdict: z.enum(['approved', 'rejected']), note: z.string().max(2000).default('') })).output(z.object({})),
  setNote: base.input(reference.extend({ note: z.string().max(10_000) })).output(z.object({})),
  remove: base.input(reference.extend({ anyway: z.boolean().default(false) })).output(z.object({})),
  rules: base.output(rules),
  setRules: base.input(rules).output(z.object({})),
  /** What an ONNX file says of itself. */
  inspect: base.input(z.object({ path: z.string().max(4000) })).output(importedFileSchema.extend({ file: z.string() })),
  import: base
    .input(z.object({ path: z.string().max(4000), name, note: z.string().max(2000).default(''), params: z.object(importParams).prefault({}), /** CSV or Parquet file with rows to test it on. */ rows: z.string().max(4000).nullable().default(null) }))
    .output(z.object({ name: z.string(), version: z.number(), isNew: z.boolean(), warnings: z.array(diagnosticSchema) })),
  mlflow: {
    /** `secret`: where its password or token comes from. */
    server: base.output(z.object({ server: mlflowServer.nullable(), secret: z.enum(['environment', 'file', 'none']), variable: z.string() })),
    /** `password` null: as it is; '': forgotten. */
    setServer: base.input(z.object({ server: mlflowServer, password: z.string().max(10_000).nullable() })).output(z.object({})),
    test: base.output(z.object({ version: z.string() })),
    models: base.output(z.array(z.object({ name: z.string(), description: z.string(), versions: z.array(z.object({ version: z.number(), aliases: z.array(z.string()) })) }))),
    push: base.input(reference.extend({ as: z.string().max(200).nullable().default(null), alias: z.string().max(63).nullable().default(null) })).output(eventIterator(transfer)),
    /** `reference`: a number, `@alias` or empty for the newest. */
    pull: base.input(z.object({ model: z.string().max(200), reference: z.string().max(200).default(''), as: name.nullable().default(null) })).output(eventIterator(transfer)),
  },
};
