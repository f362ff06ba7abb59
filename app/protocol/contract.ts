import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { documentSchema } from '#app/pipeline/document.ts';
import { base } from './base.ts';
import { accessContract } from './sections/access.ts';
import { briefContract } from './sections/brief.ts';
import { automationContract } from './sections/automation.ts';
import { componentsContract } from './sections/components.ts';
import { connectionsContract } from './sections/connections.ts';
import { csvContract } from './sections/csv.ts';
import { encryptionContract } from './sections/encryption.ts';
import { expressionsContract } from './sections/expressions.ts';
import { featuresContract } from './sections/features.ts';
import { helpContract } from './sections/help.ts';
import { historyContract } from './sections/history.ts';
import { lineageContract } from './sections/lineage.ts';
import { lintContract } from './sections/lint.ts';
import { monitoringContract } from './sections/monitoring.ts';
import { planningContract } from './sections/planning.ts';
import { problemsContract } from './sections/problems.ts';
import { registryContract } from './sections/registry.ts';
import { reportsContract } from './sections/reports.ts';
import { servingContract } from './sections/serving.ts';
import { traceContract } from './sections/trace.ts';
import { packsContract } from './sections/packs.ts';
import { trashContract, trashedAnswer } from './sections/trash.ts';
import { trustContract } from './sections/trust.ts';
import { valuesContract } from './sections/values.ts';
import { viewsContract } from './sections/views.ts';
import {
  columnProfileSchema,
  columnSchema,
  diagnosticSchema,
  freshnessSchema,
  modelVersionSchema,
  pageRequestSchema,
  runDetailSchema,
  runEventSchema,
  runSummarySchema,
} from './schema.ts';

/**
 * The one protocol between a front end (desktop window, browser, CLI) and the engine.
 * Errors are oRPC errors whose `data` is a Diagnostic. Paths of pipelines are relative to the project folder.
 */

/** Output meta is JSON by construction (app/sdk ports); it is passed through. */
const portMeta = z.looseObject({ kind: z.string() });

export const nodeConfigurationSchema = z.object({
  nodeId: z.string(),
  outputs: z.record(z.string(), portMeta),
  diagnostics: z.array(diagnosticSchema),
  describe: z.string(),
  facts: z.record(z.string(), z.unknown()).nullable(),
});

export const contract = {
  access: accessContract,
  encryption: encryptionContract,
  trace: traceContract,
  trust: trustContract,
  packs: packsContract,
  automation: automationContract,
  views: viewsContract,
  brief: briefContract,
  problems: problemsContract,
  values: valuesContract,
  csv: csvContract,
  components: componentsContract,
  connections: connectionsContract,
  monitoring: monitoringContract,
  planning: planningContract,
  lineage: lineageContract,
  lint: lintContract,
  expressions: expressionsContract,
  features: featuresContract,
  help: helpContract,
  history: historyContract,
  registry: registryContract,
  serving: servingContract,
  reports: reportsContract,
  trash: trashContract,
  project: {
    info: base.output(
      z.object({ path: z.string(), name: z.string(), readOnly: z.boolean(), version: z.string(), interruptedRuns: z.array(z.string()) }),
    ),
    pipelines: base.output(z.array(z.object({ path: z.string(), title: z.string(), modifiedAt: z.number() }))),
    doctor: base.output(
      z.object({
        checks: z.array(z.object({ name: z.string(), status: z.enum(['ok', 'warning', 'missing']), detail: z.string() })),
      }),
    ),
  },
  pipeline: {
    /** Opens a pipeline; unsaved edits of an earlier session come back from its journal. */
    open: base.input(z.object({ path: z.string() })).output(
      z.object({
        document: documentSchema,
        /** Undo stack of earlier sessions, oldest first; opaque command records (app/pipeline/commands). */
        history: z.array(z.unknown()),
        /** How many entries of `history` are applied; the rest are redo. */
        position: z.int(),
        /** Steps before the first of `history` that are kept no more: `append` counts them. */
        forgotten: z.int().min(0),
        recovered: z.boolean(),
      }),
    ),
    create: base.input(z.object({ title: z.string() })).output(z.object({ path: z.string() })),
    /** Appends edits to the journal; answered when they are on disk. The document file itself is written by the engine within 1 s. */
    append: base
      .input(
        z.object({
          path: z.string(),
          document: documentSchema,
          /** Where in the history `entries` go; absent: they end at `position`. */
          base: z.int().min(0).optional(),
          entries: z.array(z.unknown()),
          position: z.int().min(0),
          /**
           * Hashes (app/pipeline/journal) of the versions that the edits may have been made on: the last one answered, and those handed
           * over since without an answer. Any other means that another window was quicker: refused as `edited-elsewhere`.
           */
          after: z.array(z.string()).optional(),
        }),
      )
      /** `version`: hash of the document as it is on disk now. */
      .output(z.object({ savedAt: z.number(), version: z.string() })),
    rename: base.input(z.object({ path: z.string(), title: z.string() })).output(z.object({ path: z.string() })),
    remove: base.input(z.object({ path: z.string() })).output(trashedAnswer),
    /** Schemas, diagnostics, card lines and freshness for the whole graph; nothing is run. */
    configure: base.input(z.object({ document: documentSchema })).output(
      z.object({
        nodes: z.record(z.string(), nodeConfigurationSchema),
        diagnostics: z.array(diagnosticSchema),
        freshness: z.record(z.string(), freshnessSchema),
        /** Params proposed for nodes whose required choices are still empty. */
        suggestions: z.record(z.string(), z.record(z.string(), z.unknown())),
      }),
    ),
  },
  run: {
    start: base
      .input(
        z.object({
          document: documentSchema,
          path: z.string().nullable(),
          /** Run these nodes and what they need; absent: everything. */
          to: z.array(z.string()).optional(),
          /** Forget these nodes' results first. */
          force: z.array(z.string()).optional(),
          /** Also where the preflight is certain that it will not fit. */
          anyway: z.boolean().optional(),
        }),
      )
      .output(z.object({ runId: z.string() })),
    cancel: base.input(z.object({ runId: z.string() })).output(z.object({})),
    /** Events of a run from its beginning (finished runs replay and end). */
    events: base.input(z.object({ runId: z.string() })).output(eventIterator(runEventSchema)),
    list: base.input(z.object({ pipelineId: z.string().optional(), limit: z.int().min(1).max(1000).default(100) })).output(z.array(runSummarySchema)),
    get: base.input(z.object({ runId: z.string() })).output(runDetailSchema),
    /** Run in progress for a pipeline, if any (after a reload of the window). */
    active: base.input(z.object({ pipelineId: z.string() })).output(z.object({ runId: z.string().nullable() })),
  },
  data: {
    /** One page of any table port, as an Arrow IPC stream (application/vnd.apache.arrow.stream). Works before a run (fused query with a limit). */
    page: base.input(pageRequestSchema).output(
      z.object({ schema: z.array(columnSchema), arrow: z.instanceof(Blob), offset: z.number() }),
    ),
    /** Number of rows under the filter; `atLeast`: only the first ones were read, and there are more. */
    count: base.input(pageRequestSchema.omit({ offset: true, limit: true, sort: true })).output(z.object({ rows: z.number(), atLeast: z.boolean().optional() })),
    /** No columns where only the first rows were read. */
    profile: base
      .input(pageRequestSchema.omit({ offset: true, limit: true, sort: true }))
      .output(z.object({ rows: z.number(), sampled: z.boolean(), looked: z.number(), columns: z.array(columnProfileSchema) })),
    /** Value of a non-table port from the latest result, or that of a run (recipe, learner, model, evaluation, report), or null before a run. */
    value: base
      .input(z.object({ document: documentSchema, nodeId: z.string(), port: z.string(), runId: z.string().optional() }))
      .output(z.object({ value: z.unknown().nullable() })),
    /** Checks text of the expression language against the schema at a node's input. */
    checkExpression: base.input(z.object({ text: z.string().max(20_000), schema: z.array(columnSchema) })).output(
      z.object({ type: z.string().nullable(), diagnostics: z.array(diagnosticSchema) }),
    ),
    lineage: base
      .input(z.object({ document: documentSchema, nodeId: z.string(), port: z.string() }))
      .output(z.array(z.object({ column: z.string(), from: z.array(z.object({ label: z.string(), column: z.string(), via: z.enum(['value', 'filter']), nodeId: z.string().optional() })) }))),
  },
  files: {
    /** Folders and data files under the project, for the picker in the browser. */
    list: base.input(z.object({ folder: z.string().default('') })).output(
      z.array(z.object({ name: z.string(), path: z.string(), kind: z.enum(['file', 'folder']), bytes: z.number(), modifiedAt: z.number() })),
    ),
    /** Stores an uploaded file in the project's `data/` folder (browser mode, drag from the system). */
    upload: base.input(z.object({ name: z.string().max(255), content: z.instanceof(Blob) })).output(z.object({ path: z.string() })),
    /** Which reader node suits a file, with its params. */
    reader: base.input(z.object({ path: z.string() })).output(z.object({ type: z.string(), params: z.record(z.string(), z.unknown()) })),
  },
  models: {
    list: base.output(z.array(modelVersionSchema)),
    servers: base.output(z.array(z.object({ nodeId: z.string(), name: z.string(), url: z.string(), startedAt: z.number() }))),
    stopServer: base.input(z.object({ nodeId: z.string() })).output(z.object({})),
    /** Predictions of a model port's value for JSON records (used by the model view's try-it form). */
    predict: base
      .input(z.object({ document: documentSchema, nodeId: z.string(), port: z.string(), runId: z.string().optional(), records: z.array(z.record(z.string(), z.unknown())).max(1000) }))
      .output(z.object({ predictions: z.array(z.record(z.string(), z.unknown())) })),
  },
};

export type Contract = typeof contract;
