import type { Endpoint, PipelineDocument } from '#app/pipeline/document.ts';
import { boundaryPort, expandSubflows, flatPort, insideOf, levelDocument, levelPrefix, locate, type Expanded, type LevelStep, type SubflowPlace } from '#app/pipeline/subflow/index.ts';
import type { Freshness, NodeRun } from '#app/protocol/schema.ts';
import { catalogue } from './catalogue.ts';
import { enterLevel, usePipeline } from './pipeline.ts';
import { select } from './selection.ts';

/**
 * The engine runs the pipeline without subflows, under longer ids (app/pipeline/subflow/ids.ts); the canvas shows one level under short
 * ones. Here is the way from one to the other.
 */

export interface Level {
  readonly path: readonly LevelStep[];
  readonly expanded: Expanded;
  /** What ids of the level begin with for the engine. */
  readonly prefix: string;
  /** Subflows of the level, and where they are. */
  readonly subflows: readonly { readonly id: string; readonly place: SubflowPlace }[];
}

const known = new WeakMap<PipelineDocument, Level>();

/** A level of a pipeline, as it is now unless another is given. */
export function levelOf(root: PipelineDocument, path: readonly LevelStep[]): Level {
  const document = levelDocument(root, path) ?? root;
  const expanded = expandSubflows(root, catalogue);
  const before = known.get(document);
  if (before !== undefined && before.expanded === expanded && before.path === path) return before;
  const prefix = levelPrefix(root, path);
  const subflows = document.nodes.flatMap(({ id }) => {
    const place = expanded.subflows.get(`${prefix}${id}`);
    return place === undefined ? [] : [{ id, place }];
  });
  const level = { path, expanded, prefix, subflows };
  known.set(document, level);
  return level;
}

export function currentLevel(): Level | null {
  const { root, level } = usePipeline.getState();
  return root === null ? null : levelOf(root, level);
}

/** What ids of the level on the canvas begin with for the engine. */
export const useLevelPrefix = (): string => usePipeline(({ root, level }) => (root === null ? '' : levelPrefix(root, level)));

/** A port of the level as the engine knows it: the pipeline without subflows, and a node and port of that. */
export function engineSubject(nodeId: string, port: string): { readonly document: PipelineDocument; readonly nodeId: string; readonly port: string } | null {
  const level = currentLevel();
  if (level === null) return null;
  const end = flatPort(level.expanded, `${level.prefix}${nodeId}`, port);
  return { document: level.expanded.document, nodeId: end.node, port: end.port };
}

/** Shows a node that the engine named, at its level. */
export function revealFlat(flat: string): string {
  const { root, level } = usePipeline.getState();
  if (root === null) return flat;
  const { path, nodeId } = locate(root, flat);
  const isHere = path.length === level.length && path.every((step, index) => step.nodeId === level[index]?.nodeId && step.run === level[index]?.run);
  if (!isHere) enterLevel(path);
  select({ nodes: [nodeId] });
  return nodeId;
}

/** What is told of nodes of the level and inside it, by ids from there. The very record where the level is the whole. */
export function within<T>(record: Readonly<Record<string, T>>, prefix: string): Readonly<Record<string, T>> {
  if (prefix === '') return record;
  return Object.fromEntries(Object.entries(record).flatMap(([id, value]) => (id.startsWith(prefix) ? [[id.slice(prefix.length), value]] : [])));
}

const rank: Readonly<Record<Freshness['state'], number>> = { fresh: 0, stale: 2, 'never-run': 1, 'not-ready': 3 };

/** A subflow is as fresh as the worst node inside. */
export function subflowFreshness(place: SubflowPlace, expanded: Expanded, freshness: Readonly<Record<string, Freshness>>): Freshness {
  const inside = insideOf(place, expanded).flatMap((id) => freshness[id] ?? []);
  const worst = inside.toSorted((a, b) => rank[b.state] - rank[a.state])[0];
  return worst ?? { state: 'never-run', reasons: [] };
}

const runRank: Readonly<Record<NodeRun['status'], number>> = { failed: 6, running: 5, cancelled: 4, queued: 3, skipped: 2, succeeded: 1, cached: 0 };

/** What a run made of a subflow, from what it made of the nodes inside; undefined where it was not about them. */
export function subflowRun(place: SubflowPlace, expanded: Expanded, runs: Readonly<Record<string, NodeRun>>): { readonly run: NodeRun; readonly fraction: number } | undefined {
  const inside = insideOf(place, expanded).flatMap((id) => runs[id] ?? []);
  const worst = inside.toSorted((a, b) => runRank[b.status] - runRank[a.status])[0];
  if (worst === undefined) return undefined;
  const over = inside.filter(({ status }) => status !== 'queued' && status !== 'running');
  // Between two nodes inside, the subflow as a whole is running.
  const status = worst.status === 'queued' && over.length > 0 ? 'running' : worst.status;
  const ports = Object.fromEntries(
    Object.entries(place.outputs).flatMap(([port, [end]]) => {
      const stats = end === undefined ? undefined : runs[end.node]?.ports[end.port];
      return stats === undefined ? [] : [[port, stats]];
    }),
  );
  const ms = over.reduce((sum, one) => sum + (one.ms ?? 0), 0);
  return { run: { ...worst, nodeId: place.id, type: place.node.type, status, ms: over.length === inside.length ? ms : null, ports, metrics: {}, cacheKey: inside.map(({ cacheKey }) => cacheKey ?? '').join(' ') }, fraction: over.length / inside.length };
}

/** The ports of the subflow that is open, and where their values are. */
function boundaries({ subflows }: Expanded, prefix: string): readonly { readonly id: string; readonly type: string; readonly end: Endpoint }[] {
  if (prefix === '') return [];
  for (const { prefixes, inside, node } of subflows.values()) {
    const index = prefixes.indexOf(prefix);
    if (index === -1) continue;
    return Object.entries(inside).flatMap(([id, ends]) => {
      const end = ends[index];
      return end ? [{ id, type: node.content.nodes.find((one) => one.id === id)?.type ?? '', end }] : [];
    });
  }
  return [];
}

/** What went through the ports of the subflow that is open. */
export function boundaryRuns(expanded: Expanded, prefix: string, runs: Readonly<Record<string, NodeRun>>): Record<string, NodeRun> {
  return Object.fromEntries(
    boundaries(expanded, prefix).flatMap(({ id, type, end }) => {
      const run = runs[end.node];
      const stats = run?.ports[end.port];
      return run === undefined || stats === undefined ? [] : [[id, { ...run, nodeId: id, type, ms: null, ports: { [boundaryPort]: stats }, metrics: {}, diagnostics: [] }]];
    }),
  );
}

/** Ports are as fresh as what comes through them. */
export function boundaryFreshness(expanded: Expanded, prefix: string, freshness: Readonly<Record<string, Freshness>>): Record<string, Freshness> {
  return Object.fromEntries(boundaries(expanded, prefix).flatMap(({ id, end }) => (freshness[end.node] === undefined ? [] : [[id, freshness[end.node] as Freshness]])));
}
