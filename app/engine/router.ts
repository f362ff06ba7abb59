import { stat } from 'node:fs/promises';
import path from 'node:path';
import { implement, ORPCError, onError } from '@orpc/server';
import { isCancelled, PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { penstockVersion } from '#app/core/version.ts';
import { contract } from '#app/protocol/contract.ts';
import { authorize } from '#app/access/authorize.ts';
import { actAs, type CallContext } from '#app/access/caller.ts';
import type { Engine } from './engine.ts';
import type { Access } from '#app/access/access.ts';
import type { ContextImplementer, Implementer } from './procedures/implementer.ts';
import { accessProcedures } from './procedures/access.ts';
import { briefProcedures } from './procedures/brief.ts';
import { automationProcedures } from './procedures/automation.ts';
import { componentsProcedures } from './procedures/components.ts';
import { connectionsProcedures } from './procedures/connections.ts';
import { csvProcedures } from './procedures/csv.ts';
import { expressionsProcedures } from './procedures/expressions.ts';
import { featuresProcedures } from './procedures/features.ts';
import { helpProcedures } from './procedures/help.ts';
import { historyProcedures } from './procedures/history.ts';
import { lineageProcedures } from './procedures/lineage.ts';
import { lintProcedures } from './procedures/lint.ts';
import { monitoringProcedures } from './procedures/monitoring.ts';
import { planningProcedures } from './procedures/planning.ts';
import { problemsProcedures } from './procedures/problems.ts';
import { registryProcedures } from './procedures/registry.ts';
import { reportsProcedures } from './procedures/reports.ts';
import { servingProcedures } from './procedures/serving.ts';
import { trashProcedures } from './procedures/trash.ts';
import { traceProcedures } from './procedures/trace.ts';
import { packsProcedures } from './procedures/packs.ts';
import { trustProcedures } from './procedures/trust.ts';
import { Encryption, type ProjectLock } from './encryption/lock.ts';
import { encryptionProcedures } from './procedures/encryption.ts';
import { valuesProcedures } from './procedures/values.ts';
import { viewsProcedures } from './procedures/views.ts';

import { doctor } from './doctor.ts';
import { listFiles, storeUpload } from './project/project-files.ts';
import { readerFor } from './project/reader-for.ts';
import { TeamGuard } from './team-guard.ts';
import { setUnreadableAside } from './results/damaged-results.ts';
import { onWire } from './wire.ts';

/**
 * Every procedure of the protocol over one engine. Thrown errors become `DIAGNOSTIC` errors: a code, a sentence and a remedy. Whether the
 * caller may is asked before anything of the input is read.
 */
export function createRouter(engine: Engine, access: Access | null = null, lock: ProjectLock | null = null) {
  const guard = new TeamGuard(engine);
  // Errors thrown on purpose and unknown ones alike reach the front end as diagnostics; a stack never does.
  const os = implement(contract).$context<CallContext>().use(
    onError((error) => {
      if (error instanceof ORPCError && error.code === 'DIAGNOSTIC') return;
      if (error instanceof ORPCError && !(error.cause instanceof PenstockError)) throw badRequest(error);
      engine.noteUnexpected(error);
      setUnreadableAside(error, engine.store);
      throw new ORPCError('DIAGNOSTIC', { defined: true, status: statusOf(error), message: toDiagnostic(error).message, data: onWire(toDiagnostic(error)) });
    }),
  ).use(async ({ context, path: procedure, next }, input: unknown) => {
    const caller = context.caller();
    authorize(caller, procedure.join('.'));
    await guard.check(caller, procedure.join('.'), input);
    return actAs(caller.actor, () => next(), caller.permissions);
  });
  const never = new AbortController().signal;

  return os.router({
    access: accessProcedures(os as unknown as ContextImplementer, access),
    encryption: encryptionProcedures(os as unknown as Implementer, new Encryption(engine.projectDir, lock)),
    brief: briefProcedures(os as unknown as Implementer, engine),
    trace: traceProcedures(os as unknown as Implementer, engine),
    packs: packsProcedures(os as unknown as ContextImplementer, engine),
    trust: trustProcedures(os as unknown as Implementer, engine),
    automation: automationProcedures(os as unknown as Implementer, engine),
    views: viewsProcedures(os as unknown as Implementer, engine),
    problems: problemsProcedures(os as unknown as Implementer, engine),
    values: valuesProcedures(os as unknown as Implementer, engine),
    csv: csvProcedures(os as unknown as Implementer, engine),
    components: componentsProcedures(os as unknown as Implementer, engine),
    connections: connectionsProcedures(os as unknown as Implementer, engine),
    monitoring: monitoringProcedures(os as unknown as Implementer, engine),
    planning: planningProcedures(os as unknown as Implementer, engine),
    lineage: lineageProcedures(os as unknown as Implementer, engine),
    lint: lintProcedures(os as unknown as Implementer, engine),
    expressions: expressionsProcedures(os as unknown as Implementer, engine),
    features: featuresProcedures(os as unknown as Implementer, engine),
    help: helpProcedures(os as unknown as Implementer, engine),
    history: historyProcedures(os as unknown as Implementer, engine),
    registry: registryProcedures(os as unknown as Implementer, engine),
    serving: servingProcedures(os as unknown as Implementer, engine),
    reports: reportsProcedures(os as unknown as Implementer, engine),
    trash: trashProcedures(os as unknown as Implementer, engine),
    project: {
      info: os.project.info.handler(() => ({
        path: engine.projectDir,
        name: path.basename(engine.projectDir),
        readOnly: engine.readOnly,
        version: penstockVersion,
        interruptedRuns: [...engine.store.records.interrupted],
      })),
      pipelines: os.project.pipelines.handler(() => engine.pipelines.list()),
      doctor: os.project.doctor.handler(async () => ({ checks: await doctor(engine) })),
    },
    pipeline: {
      open: os.pipeline.open.handler(async ({ input }) => {
        const opened = await engine.pipelines.open(input.path, { readOnly: engine.readOnly });
        return { ...opened, history: [...opened.history] };
      }),
      create: os.pipeline.create.handler(async ({ input }) => {
        engine.assertWritable();
        const made = await engine.pipelines.create(input.title);
        engine.audit({ action: 'pipeline.created', subject: `pipeline:${made.path}`, details: { title: input.title } });
        return made;
      }),
      append: os.pipeline.append.handler(({ input }) => {
        engine.assertWritable();
        engine.automation.declareSoon(input.path, input.document);
        return engine.pipelines.append(input.path, input.document, input);
      }),
      rename: os.pipeline.rename.handler(async ({ input }) => {
        engine.assertWritable();
        const renamed = await engine.pipelines.rename(input.path, input.title);
        engine.audit({ action: 'pipeline.renamed', subject: `pipeline:${renamed.path}`, details: { title: input.title, from: input.path } });
        return renamed;
      }),
      remove: os.pipeline.remove.handler(async ({ input }) => {
        engine.assertWritable();
        const removed = await engine.pipelines.remove(input.path);
        engine.audit({ action: 'pipeline.removed', subject: `pipeline:${input.path}` });
        return removed;
      }),
      configure: os.pipeline.configure.handler(async ({ input, signal }) => {
        const { configurations, diagnostics, freshness, suggestions } = await engine.configure(input.document, signal ?? never);
        const nodes = Object.fromEntries(
          Object.entries(configurations).map(([id, one]) => [id, { ...one, outputs: { ...one.outputs }, diagnostics: one.diagnostics.map(onWire), facts: one.facts === null ? null : { ...one.facts } }]),
        );
        return { nodes, diagnostics: diagnostics.map(onWire), freshness, suggestions };
      }),
    },
    run: {
      start: os.run.start.handler(async ({ input }) => {
        const { runId } = await engine.startRun(input);
        return { runId };
      }),
      cancel: os.run.cancel.handler(({ input }) => {
        engine.cancelRun(input.runId);
        return {};
      }),
      events: os.run.events.handler(({ input, signal }) => engine.runEvents(input.runId, signal)),
      list: os.run.list.handler(({ input }) =>
        engine.store.records.list({ limit: input.limit, ...(input.pipelineId === undefined ? {} : { pipelineId: input.pipelineId }) }),
      ),
      get: os.run.get.handler(({ input }) => {
        const detail = engine.store.records.get(input.runId);
        if (detail !== null) return detail;
        throw new PenstockError('unknown-run', `There is no run “${input.runId}” in this project.`, { remedy: 'Look at the list of runs.' });
      }),
      active: os.run.active.handler(({ input }) => ({ runId: engine.activeRun(input.pipelineId)?.runId ?? null })),
    },
    data: {
      page: os.data.page.handler(async ({ input, signal = never }) => {
        const head = input.glimpse && input.sort.length === 0 ? await engine.data.head(input, signal) : null;
        const table = head !== null && input.offset + input.limit <= head.rows ? head.table : await engine.data.table(input, signal);
        for (const { column } of input.sort) {
          if (table.schema.some((one) => one.name === column)) continue;
          throw new PenstockError('unknown-column', `The table has no column “${column}” to sort by.`, { remedy: 'Sort by another column.', place: { column } });
        }
        const bytes = await engine.database.arrowPage(table.relation, { offset: input.offset, limit: input.limit, sort: input.sort }, signal);
        const arrow = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/vnd.apache.arrow.stream' });
        return { schema: [...table.schema], arrow, offset: input.offset };
      }),
      count: os.data.count.handler(async ({ input, signal = never }) => {
        const head = input.glimpse ? await engine.data.head(input, signal) : null;
        if (head !== null) return { rows: head.rows, atLeast: true };
        const table = await engine.data.table(input, signal);
        return { rows: await engine.database.count(table.relation, signal) };
      }),
      profile: os.data.profile.handler(async ({ input, signal = never }) => {
        const head = input.glimpse ? await engine.data.head(input, signal) : null;
        if (head !== null) return { rows: head.rows, sampled: true, looked: head.rows, columns: [] };
        const table = await engine.data.table(input, signal);
        const { rows, sampled, looked, columns } = await engine.database.profile(table.relation, signal);
        return { rows, sampled, looked, columns: columns.map((column) => structuredClone(column) as never) };
      }),
      value: os.data.value.handler(async ({ input, signal = never }) => ({ value: await engine.data.valueOrNull(input, signal) })),
      checkExpression: os.data.checkExpression.handler(async ({ input }) => {
        const { type, diagnostics } = await engine.data.checkExpression(input.text, input.schema);
        return { type, diagnostics: diagnostics.map(onWire) };
      }),
      lineage: os.data.lineage.handler(({ input, signal = never }) => engine.data.lineage(input, signal)),
    },
    files: {
      list: os.files.list.handler(({ input }) => listFiles(engine.filesDir, input.folder)),
      upload: os.files.upload.handler(async ({ input }) => {
        engine.assertWritable();
        return storeUpload(engine.filesDir, input.name, input.content);
      }),
      reader: os.files.reader.handler(async ({ input }) => {
        const file = engine.resolvePath(input.path);
        await stat(file);
        return readerFor(engine.filesDir, file, (type) => engine.catalogue.has(type));
      }),
    },
    models: {
      list: os.models.list.handler(() => engine.models.list()),
      servers: os.models.servers.handler(() => engine.models.servers()),
      stopServer: os.models.stopServer.handler(async ({ input }) => {
        await engine.models.stopServer(input.nodeId);
        return {};
      }),
      predict: os.models.predict.handler(async ({ input, signal = never }) => {
        const value = await engine.data.portValue(input, signal);
        if (value.kind !== 'model') {
          throw new PenstockError('not-a-model', `The output “${input.port}” is not a model.`, { place: { nodeId: input.nodeId, port: input.port } });
        }
        const predictions = await engine.models.predict(value, input.records, signal);
        return { predictions: predictions.map((prediction) => ({ ...prediction })) };
      }),
    },
  });
}

function statusOf(error: unknown): number {
  if (isCancelled(error)) return 499;
  if (!(error instanceof PenstockError)) return 422;
  return error.code === 'session-ended' ? 401 : error.code === 'not-allowed' ? 403 : 422;
}

/** What the contract refused (a wrong input), as a diagnostic. */
function badRequest(error: ORPCError<string, unknown>): ORPCError<string, unknown> {
  const issues = (error.cause as { issues?: readonly { message: string; path?: readonly unknown[] }[] } | undefined)?.issues;
  const first = issues?.[0];
  const where = first?.path === undefined || first.path.length === 0 ? '' : ` at ${first.path.map(String).join('.')}`;
  const message = first === undefined ? error.message : `The request is wrong${where}: ${first.message}.`;
  return new ORPCError('DIAGNOSTIC', { defined: true, status: error.status, message, data: { severity: 'error', code: error.code.toLowerCase().replaceAll('_', '-'), message }, cause: error });
}

export type EngineRouter = ReturnType<typeof createRouter>;

/** What answers while an encrypted project waits for its key: its lock, and nothing else. */
export function createLockedRouter(projectDir: string, lock: ProjectLock) {
  const os = implement(contract).use(
    onError((error) => {
      if (error instanceof ORPCError) throw error instanceof ORPCError && error.code === 'DIAGNOSTIC' ? error : badRequest(error);
      throw new ORPCError('DIAGNOSTIC', { defined: true, status: statusOf(error), message: toDiagnostic(error).message, data: onWire(toDiagnostic(error)) });
    }),
  );
  return { encryption: encryptionProcedures(os as unknown as Implementer, new Encryption(projectDir, lock)) };
}
