import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { catalogueNames, changeSentences } from '#app/pipeline/diff-words.ts';
import { diffDocuments, isCosmetic } from '#app/pipeline/diff.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import type { RunStatus } from '#app/protocol/schema.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { temporaryRoot } from '#app/sealing/working-folder.ts';
import { loadCatalogue } from '../catalogue.ts';
import { Engine } from '../engine.ts';
import { baseCommit, filesAtCommit } from '../history/git-refs.ts';
import { PipelineFiles } from '../project/pipeline-files.ts';
import { compareMetrics, type ComparedMetric } from './metrics.ts';
import { checkedNodes, sampledDocument } from './sampled.ts';
import { trustedByBase } from './trusted-base.ts';
import { readSettings, type CiSettings } from './settings.ts';

export interface CiRun {
  readonly status: RunStatus;
  readonly ms: number | null;
  readonly metrics: Readonly<Record<string, number>>;
  /** `Node: sentence` of what failed, warned of a contract. */
  readonly failures: readonly string[];
  readonly contracts: readonly string[];
}

export interface CheckedPipeline {
  readonly path: string;
  readonly title: string;
  readonly state: 'new' | 'changed' | 'layout' | 'same' | 'removed';
  /** What changed, in words. */
  readonly changes: readonly string[];
  readonly errors: readonly Diagnostic[];
  readonly leaks: readonly Diagnostic[];
  /** Null: not run, for it is unchanged or invalid. */
  readonly run: CiRun | null;
  readonly base: CiRun | null;
  readonly metrics: readonly ComparedMetric[];
  readonly problems: readonly string[];
}

export interface CiReport {
  readonly base: { readonly ref: string; readonly oid: string };
  readonly sample: number;
  readonly seed: number;
  readonly pipelines: readonly CheckedPipeline[];
  readonly passed: boolean;
}

export interface CiOptions {
  readonly projectDir: string;
  readonly resourcesDir: string;
  readonly distDir: string;
  readonly base?: string | undefined;
  readonly sample?: number | undefined;
  /** `given`: scripts, SQL and databases run as they are here. `base`: only what the base has, too. Else nothing of them. */
  readonly trust: 'given' | 'base' | 'restricted';
  said(message: string): void;
  readonly signal: AbortSignal;
}

/**
 * Checks a project against the branch it is to go into: every pipeline is validated and looked through for leaks; those that changed are run
 * on a sample of their sources, as they are and as they were, with the data of this checkout. Nothing is written into the project.
 * @throws PenstockError `no-repository`, `base-unknown`, `ci-settings`.
 */
export async function checkProject(options: CiOptions): Promise<CiReport> {
  const settings = await readSettings(options.projectDir);
  const base = await baseCommit(options.projectDir, options.base ?? settings.base);
  const before = await filesAtCommit(options.projectDir, base.oid, '.pipeline.json');
  const sample = options.sample ?? settings.sample;
  const files = await new PipelineFiles(options.projectDir).list();
  const catalogue = loadCatalogue();
  const scratch = await mkdtemp(path.join(temporaryRoot(), 'penstock-ci-'));
  try {
    const exceptions = options.trust === 'base' ? await trustedByBase(options.projectDir, base.oid, before, catalogue) : null;
    const engine = await Engine.open({ projectDir: scratch, trust: options.trust === 'given' ? 'given' : 'restricted', ...(exceptions === null ? {} : { trustExceptions: exceptions }), filesDir: options.projectDir, resourcesDir: options.resourcesDir, distDir: options.distDir, catalogue, scratch: true, warn: options.said });
    try {
      const pipelines: CheckedPipeline[] = [];
      for (const { path: at } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
        if (settings.ignore.includes(at)) continue;
        options.signal.throwIfAborted();
        options.said(`${at} …`);
        pipelines.push(await checkPipeline(engine, at, before.get(at) ?? null, { ...settings, sample }, options));
      }
      for (const at of before.keys()) {
        if (at.startsWith('pipelines/') && !settings.ignore.includes(at) && !files.some((file) => file.path === at)) pipelines.push({ ...nothing, path: at, title: at, state: 'removed' });
      }
      return { base, sample, seed: settings.seed, pipelines, passed: pipelines.every(({ problems }) => problems.length === 0) };
    } finally {
      await engine.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const nothing = { changes: [], errors: [], leaks: [], run: null, base: null, metrics: [], problems: [] } as const;

async function checkPipeline(engine: Engine, at: string, baseText: string | null, settings: CiSettings, options: CiOptions): Promise<CheckedPipeline> {
  let document: PipelineDocument;
  try {
    document = parseDocument(await readProjectText(path.join(options.projectDir, at)));
  } catch (error) {
    const failed = toDiagnostic(error, { file: at });
    return { ...nothing, path: at, title: at, state: 'changed', errors: [failed], problems: [failed.message] };
  }
  const earlier = baseText === null ? null : parsedOrNull(baseText);
  const changes = earlier === null ? [] : diffDocuments(earlier, document);
  const state = baseText === null ? 'new' : changes.length === 0 && earlier !== null ? 'same' : earlier !== null && changes.every(isCosmetic) ? 'layout' : 'changed';
  const analysis = await engine.analyse(document, options.signal);
  // What would not run here matters only where it would be run.
  const isRun = state === 'new' || state === 'changed';
  const errors = analysis.diagnostics.filter(({ severity, code }) => severity === 'error' && (isRun || code !== 'project-restricted'));
  const leaks = errors.length > 0 ? [] : (await engine.leaks.fromGraph(analysis)).map(({ fix: _fix, ...one }) => one);
  const about = { path: at, title: document.title, state, changes: changeSentences(changes, catalogueNames(engine.catalogue)), errors, leaks } as const;
  const problems = [...errors.map((one) => one.message), ...(settings.leaks === 'fail' ? leaks.map((one) => one.message) : [])];
  if (errors.length > 0 || state === 'same' || state === 'layout') return { ...about, run: null, base: null, metrics: [], problems };
  const run = await runSampled(engine, document, settings, options.signal);
  const before = earlier === null ? null : await runSampled(engine, earlier, settings, options.signal);
  const metrics = compareMetrics(before?.status === 'succeeded' ? before.metrics : {}, run.metrics, settings);
  return {
    ...about,
    run,
    base: before,
    metrics,
    problems: [...problems, ...(run.status === 'succeeded' ? metrics.flatMap(({ name, fails }) => (fails === null ? [] : [`${name}: ${fails}`])) : run.failures.length > 0 ? run.failures : [`The run was ${run.status}.`])],
  };
}

function parsedOrNull(text: string): PipelineDocument | null {
  try {
    return parseDocument(text);
  } catch {
    return null;
  }
}

async function runSampled(engine: Engine, document: PipelineDocument, { sample, seed, timeout }: CiSettings, signal: AbortSignal): Promise<CiRun> {
  const sampled = sampledDocument(document, engine.catalogue, sample, seed);
  const to = checkedNodes(sampled, engine.catalogue);
  if (to.length === 0) return { status: 'succeeded', ms: 0, metrics: {}, failures: [], contracts: [] };
  try {
    const run = await engine.startRun({ document: sampled, path: null, to, trigger: 'ci:check' });
    const stop = (): void => run.cancel();
    signal.addEventListener('abort', stop);
    const timer = setTimeout(stop, timeout * 1000);
    const status = await run.finished;
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    const detail = engine.store.records.get(run.runId);
    const nodes = detail?.nodes ?? [];
    const failures = nodes.filter((node) => node.status === 'failed').map((node) => `${node.title}: ${node.reason}`);
    return {
      status,
      ms: detail?.ms ?? null,
      metrics: detail?.metrics ?? {},
      failures: status === 'cancelled' ? [...failures, `It took longer than ${timeout} s and was stopped.`] : failures,
      contracts: nodes.filter(({ type }) => type === 'monitor/data-contract').flatMap((node) => (node.diagnostics.length === 0 ? [`${node.title}: kept`] : node.diagnostics.map((one) => `${node.title}: ${one.message}`))),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { status: 'failed', ms: null, metrics: {}, failures: [toDiagnostic(error).message], contracts: [] };
  }
}
