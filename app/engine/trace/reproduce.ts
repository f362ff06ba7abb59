import { mkdtemp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import type { NodeRun, RunDetail } from '#app/protocol/schema.ts';
import type { ReproductionData } from '#app/protocol/sections/trace.ts';
import { col, named } from '#app/relation/build.ts';
import { freeName } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { DatasetVersionRecord } from '#app/store/index.ts';
import { temporaryRoot } from '#app/sealing/working-folder.ts';
import { Engine } from '../engine.ts';
import { artifactsOf, decodeValue } from '../results/value-codec.ts';
import { hashUnchanged, hashedUpTo } from './file-hash.ts';

export type Reproduction = ReproductionData;
type Comparison = Reproduction['nodes'][number];

export interface ReproduceOptions {
  readonly distDir: string;
  readonly signal: AbortSignal;
}

/**
 * Runs a recorded run again: its document as it was, from the recorded inputs, in a project that is thrown away; and compares every node's rows, metrics and files. Inputs that are no
 * longer what they were are named, and nothing runs then. Nodes that act outside the pipeline (writers, servers) are left out.
 * @throws PenstockError `unknown-run`, `run-not-finished`.
 */
export async function reproduceRun(engine: Engine, runId: string, { distDir, signal }: ReproduceOptions): Promise<Reproduction> {
  const run = engine.store.records.get(runId);
  if (run === null) throw new PenstockError('unknown-run', `There is no run “${runId}” in this project.`, { remedy: 'Look at the list of runs.' });
  const done = run.nodes.filter(({ status }) => status === 'succeeded' || status === 'cached');
  if (run.status === 'running' || done.length === 0) throw new PenstockError('run-not-finished', 'That run has no results to compare with.', { remedy: 'Choose a run that has ended.' });
  const changed = await changedInputs(engine, run, signal);
  if (changed.length > 0) {
    const names = [...new Set(changed.map(({ dataset }) => dataset))];
    return { runId, verdict: 'inputs-changed', message: `The data are not what they were: ${names.join(', ')}.`, changed, nodes: [], first: null };
  }
  const folder = await mkdtemp(path.join(temporaryRoot(), 'penstock-again-'));
  try {
    const again = await Engine.open({ projectDir: path.join(folder, 'project'), filesDir: engine.filesDir, resourcesDir: engine.resourcesDir, distDir, catalogue: engine.catalogue, configDir: path.join(folder, 'user'), scratch: true, trust: engine.trust.restricted ? 'restricted' : 'given' });
    try {
      return await compared(engine, again, run, done, signal);
    } finally {
      await again.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compared(engine: Engine, again: Engine, before: RunDetail, done: readonly NodeRun[], signal: AbortSignal): Promise<Reproduction> {
  const { runId } = before;
  const to = done.filter(({ type }) => !actsOutside(again, type)).map(({ nodeId }) => nodeId);
  if (to.length === 0) throw new PenstockError('run-not-finished', 'Every node of that run acts outside the pipeline.', { remedy: 'Choose a run that computes something.' });
  const repeated = await again.startRun({ document: before.document, path: null, to, anyway: true });
  const cancel = (): void => repeated.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const status = await repeated.finished;
  signal.removeEventListener('abort', cancel);
  signal.throwIfAborted();
  const after = again.store.records.get(repeated.runId);
  const wanted = new Set(to);
  const nodes: Comparison[] = [];
  for (const node of done) {
    const other = after?.nodes.find(({ nodeId }) => nodeId === node.nodeId);
    if (!wanted.has(node.nodeId)) continue;
    nodes.push(other === undefined ? { nodeId: node.nodeId, title: node.title, same: false, compared: [], differences: ['It did not run again.'] } : await compareNode(engine, again, node, other, signal));
  }
  const worse = nodes.find(({ same }) => !same);
  const first = worse === undefined ? null : { nodeId: worse.nodeId, title: worse.title, how: worse.differences[0] ?? '' };
  if (status !== 'succeeded') {
    const fault = after?.nodes.find((node) => node.status === 'failed');
    const why = fault?.diagnostics.find(({ severity }) => severity === 'error')?.message ?? fault?.reason ?? '';
    return { runId, verdict: 'failed', message: fault === undefined ? 'The run failed this time.' : `The run failed this time at “${fault.title}”: ${why}`, changed: [], nodes, first };
  }
  if (first === null && nodes.some(({ compared: looked }) => looked.includes('rounding'))) return { runId, verdict: 'equal', message: `The same up to the rounding of numbers: all ${nodes.length} nodes give what they gave then.`, changed: [], nodes, first };
  if (first === null) return { runId, verdict: 'identical', message: nodes.length === 1 ? 'Identical: the one node gives what it gave then.' : `Identical: all ${nodes.length} nodes give what they gave then.`, changed: [], nodes, first };
  return { runId, verdict: 'differs', message: `It differs first at “${first.title}”: ${first.how}`, changed: [], nodes, first };
}

/** Writers, servers and the like: running them again would do again what they did. */
function actsOutside(engine: Engine, type: string): boolean {
  const found = engine.catalogue.get(type);
  if (found === undefined) return true;
  return found.executor?.effect === true || type.startsWith('deploy/');
}

/** Recorded inputs that are not, or no longer, there as they were. */
async function changedInputs(engine: Engine, run: RunDetail, signal: AbortSignal): Promise<Reproduction['changed']> {
  const recorded = engine.store.trace.versionsOfRun(run.runId).filter(({ direction }) => direction === 'read');
  const analysis = await engine.analyse(run.document, signal);
  const changed: Reproduction['changed'] = [];
  for (const one of recorded) {
    const now = analysis.nodes.get(one.nodeId)?.parts?.fingerprint ?? null;
    const message = one.path === null ? fingerprintFault(one, now) : await fileFault(one, one.path, signal);
    if (message !== null) changed.push({ dataset: one.title, nodeId: one.nodeId, message });
  }
  return changed;
}

function fingerprintFault(one: DatasetVersionRecord, now: Readonly<Record<string, string>> | null): string | null {
  const names = Object.keys(one.fingerprint);
  if (names.length === 0) return null;
  if (now === null) return `${one.title} cannot be read any more.`;
  const other = names.find((name) => now[name] !== one.fingerprint[name]);
  return other === undefined ? null : `${other} has changed since the run.`;
}

async function fileFault(one: DatasetVersionRecord, file: string, signal: AbortSignal): Promise<string | null> {
  const info = await stat(file).catch(() => null);
  if (info === null) return `${one.title} is no longer there.`;
  // The same content written anew is the same input.
  if (one.sha256 !== null && info.size <= hashedUpTo) return (await hashUnchanged(file, { bytes: info.size, modifiedAt: info.mtimeMs }, signal)) === one.sha256 ? null : `${one.title} has other content than at the run.`;
  return info.size === one.bytes && info.mtimeMs === one.modifiedAt ? null : `${one.title} has changed since the run.`;
}

async function compareNode(engine: Engine, again: Engine, before: NodeRun, after: NodeRun, signal: AbortSignal): Promise<Comparison> {
  const differences: string[] = [];
  const looked = new Set<string>();
  if (after.status !== 'succeeded' && after.status !== 'cached') differences.push(after.diagnostics.find(({ severity }) => severity === 'error')?.message ?? after.reason);
  for (const [port, { rows }] of Object.entries(before.ports)) {
    const other = after.ports[port]?.rows ?? null;
    if (rows === null || other === null) continue;
    looked.add('rows');
    if (rows !== other) differences.push(`${formatCount(other)} rows instead of ${formatCount(rows)} at the output “${port}”.`);
  }
  for (const [name, value] of Object.entries(before.metrics)) {
    if (isTime(name)) continue;
    const other = after.metrics[name];
    looked.add('metrics');
    if (other !== undefined && Object.is(other, value)) continue;
    if (other !== undefined && Math.abs(other - value) <= roundingShare * Math.max(Math.abs(other), Math.abs(value))) looked.add('rounding');
    else differences.push(`${name} is ${other === undefined ? 'missing' : formatNumber(other)} instead of ${formatNumber(value)}.`);
  }
  differences.push(...(await contentDifferences(engine, again, before, after, looked, signal)));
  return { nodeId: before.nodeId, title: before.title, same: differences.length === 0, compared: [...looked], differences };
}

/** Each different row once, with how often it is there: so that sets of rows can be told apart whatever their order. */
function counted({ relation, schema }: TableValue): Relation {
  return { op: 'aggregate', input: relation, keys: schema.map(({ name }) => named(name, col(name))), measures: [{ name: freeName('rows', schema), fn: 'count' }] };
}

/** Of a metric: what additions in another order may change. */
const roundingShare = 1e-9;

/** Measured with a clock: never the same twice. */
const isTime = (name: string): boolean => /(seconds|milliseconds|\bms|Ms|duration|time)$/i.test(name);

async function contentDifferences(engine: Engine, again: Engine, before: NodeRun, after: NodeRun, looked: Set<string>, signal: AbortSignal): Promise<string[]> {
  const [old, fresh] = [before.cacheKey === null ? null : engine.cache.get(before.cacheKey), after.cacheKey === null ? null : again.cache.get(after.cacheKey)];
  if (old === null || fresh === null) return [];
  const differences: string[] = [];
  for (const [port, { value }] of Object.entries(old.ports)) {
    const other = fresh.ports[port]?.value ?? null;
    if (value === null || other === null) continue;
    const [mine, theirs] = [artifactsOf(value), artifactsOf(other)];
    if (mine.size === 0 && theirs.size === 0) continue;
    looked.add('files');
    if (mine.size === theirs.size && [...mine].every((id) => theirs.has(id))) continue;
    // Sums of several threads differ in their last digits, and with them the file; the answers kept while training say whether it is the same model.
    if (value.kind === 'model' && other.kind === 'model' && value.golden === other.golden) {
      looked.add('rounding');
      continue;
    }
    if (value.kind !== 'table' || other.kind !== 'table') {
      differences.push(`The output “${port}” has another hash.`);
      continue;
    }
    // The same rows may lie in a file in other groups: what counts is the rows.
    const [a, b] = [decodeValue(value, engine.store.artifacts), decodeValue(other, again.store.artifacts)];
    if (a.kind !== 'table' || b.kind !== 'table') continue;
    try {
      const lost = await again.database.count({ op: 'set', kind: 'except', left: counted(a), right: counted(b) }, signal);
      if (lost > 0) differences.push(`${formatCount(lost)} ${lost === 1 ? 'row is' : 'rows are'} other than then at the output “${port}”.`);
    } catch (error) {
      signal.throwIfAborted();
      differences.push(`The tables at the output “${port}” cannot be compared: ${toDiagnostic(error).message}`);
    }
  }
  return differences;
}
