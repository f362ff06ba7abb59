import { useMemo, useRef } from 'react';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import type { PortKind } from '#app/sdk/ports.ts';
import type { Pin } from '../dock/layout.ts';
import { expandSubflows, flatPort, levelDocument, locate } from '#app/pipeline/subflow/index.ts';
import { catalogue, typeOf } from '../state/catalogue.ts';
import { useConfiguration, type NodeConfigurationAnswer } from '../state/configuration.ts';
import { useLevelPrefix } from '../state/level.ts';
import { isRunning, useRun } from '../state/run.ts';
import { useFollowed } from '../state/followed.ts';
import { primaryNode } from '../state/selection.ts';
import { usePipeline } from '../state/pipeline.ts';
import { collectProblems } from './problems/collect-problems.ts';
import type { Problem } from './problems/collect-problems.ts';
import { isSameSubject, subjectOf } from './table/table-subject.ts';
import type { Subject } from './table/table-subject.ts';
import { texts } from '../text/texts.ts';

export interface ResultPort {
  readonly name: string;
  readonly title: string;
  readonly kind: PortKind;
}

/** The node and port that a view is about: those it is pinned to, or the selected ones. */
export interface Shown {
  readonly document: PipelineDocument | null;
  readonly node: PipelineNode | null;
  readonly ports: readonly ResultPort[];
  readonly port: ResultPort | null;
  /** The node's id for the engine: with the subflows that it is in (app/pipeline/subflow/ids.ts). */
  readonly flat: string | null;
  /** What the states of the level on the canvas know the node by. */
  readonly known: string | undefined;
  /** Why a pinned view has nothing to show: its pipeline is not the open one, or its node was deleted. */
  readonly missing: 'elsewhere' | 'gone' | null;
}

const kinds: readonly string[] = ['table', 'recipe', 'learner', 'model', 'evaluation', 'report'] satisfies PortKind[];

export function useShown(pin: Pin | null): Shown {
  const document = usePipeline((state) => state.document);
  const path = usePipeline((state) => state.path);
  const selected = useFollowed(primaryNode);
  const selectedPort = useFollowed((state) => state.port);
  const root = usePipeline((state) => state.root);
  const elsewhere = pin !== null && document !== null && pin.path !== path;
  const prefix = useLevelPrefix();
  const flat = pin === null ? (selected === null ? null : `${prefix}${selected}`) : pin.node;
  const known = flat === null ? undefined : flat.startsWith(prefix) ? flat.slice(prefix.length) : flat;
  const node = useMemo(() => {
    if (pin === null || root === null || elsewhere) return (elsewhere ? undefined : document?.nodes.find((one) => one.id === selected)) ?? null;
    const place = locate(root, pin.node);
    return levelDocument(root, place.path)?.nodes.find((one) => one.id === place.nodeId) ?? null;
  }, [pin, root, elsewhere, document, selected]);
  const configured = useConfiguration((state) => (known === undefined ? undefined : state.nodes[known]));
  const ports = useMemo(() => (node === null ? noPorts : outputsOf(node, configured)), [node, configured]);
  const wanted = pin === null ? selectedPort : pin.port;
  const port = ports.find((one) => one.name === wanted) ?? mainPort(ports);
  return { document, node, ports, port, flat, known, missing: elsewhere ? 'elsewhere' : pin !== null && document !== null && node === null ? 'gone' : null };
}

/** What a following view is about at this moment. */
export function shownNow(): Pick<Shown, 'ports' | 'port'> & { readonly node: PipelineNode } | null {
  const { document } = usePipeline.getState();
  const id = primaryNode(useFollowed.getState());
  const node = document?.nodes.find((one) => one.id === id);
  if (node === undefined) return null;
  const ports = outputsOf(node, useConfiguration.getState().nodes[node.id]);
  return { node, ports, port: ports.find((one) => one.name === useFollowed.getState().port) ?? mainPort(ports) };
}

const noPorts: readonly ResultPort[] = [];

export function outputsOf(node: PipelineNode, configured: NodeConfigurationAnswer | undefined): readonly ResultPort[] {
  const known = typeOf(node)?.definition.outputs;
  if (known && known.length > 0) return known.map(({ name, title, kind }) => ({ name, title, kind }));
  return Object.entries(configured?.outputs ?? {}).flatMap(([name, meta]) => (kinds.includes(meta.kind) ? [{ name, title: name, kind: meta.kind as PortKind }] : []));
}

/** A fitted model says more than its learner; otherwise the first port. */
function mainPort(ports: readonly ResultPort[]): ResultPort | null {
  return ports.find((port) => port.kind === 'model') ?? ports[0] ?? null;
}

/** A subject with the port of it that is looked at. */
export interface PortSubject extends Subject {
  readonly port: string;
}

/** What the engine is asked about a node's results; changes when they may have. */
export function useSubject({ node, flat, known: nodeId, port }: Shown): PortSubject | null {
  const root = usePipeline((state) => state.root);
  const freshness = useConfiguration((state) => (nodeId === undefined ? undefined : state.freshness[nodeId]));
  const nodeRun = useRun((state) => (nodeId === undefined ? undefined : state.nodes[nodeId]));
  // What the document does not show but the result depends on: finished runs and the state of the outside world.
  const settled = nodeRun && nodeRun.status !== 'queued' && nodeRun.status !== 'running' ? `${nodeRun.status} ${nodeRun.cacheKey ?? ''}` : '';
  const asOf = usePipeline((state) => state.asOf);
  // What a run left does not change any more.
  const revision = asOf === null ? `${settled} ${freshness?.state ?? ''} ${freshness?.reasons.join() ?? ''}` : `of ${asOf}`;
  const name = port?.name ?? '';
  const last = useRef<PortSubject | null>(null);
  return useMemo(() => {
    if (root === null || flat === null || node === null) return null;
    // Of a subflow: the node inside that gives what its port shows.
    const expanded = expandSubflows(root, catalogue);
    const end = flatPort(expanded, flat, name);
    const subject = subjectOf(expanded.document, end.node, revision);
    if (subject === null) return null;
    const now = { ...subject, port: end.port, ...(asOf === null ? {} : { runId: asOf }) };
    if (last.current === null || last.current.port !== now.port || !isSameSubject(last.current, now)) last.current = now;
    return last.current;
  }, [root, flat, node, name, revision, asOf]);
}

/** Why the shown result is out of date; null while it is not. */
export function useStale(nodeId: string | undefined): string | null {
  const freshness = useConfiguration((state) => (nodeId === undefined ? undefined : state.freshness[nodeId]));
  const active = useRun(isRunning);
  const isEarlier = usePipeline((state) => state.asOf !== null);
  return freshness?.state === 'stale' && !active && !isEarlier ? freshness.reasons.join('; ') || texts.views.changed : null;
}

export function useProblems(): readonly Problem[] {
  const document = usePipeline((state) => state.document);
  const nodes = useConfiguration((state) => state.nodes);
  const diagnostics = useConfiguration((state) => state.diagnostics);
  const runs = useRun((state) => state.nodes);
  const runDocument = useRun((state) => state.document);
  return useMemo(() => problemsOf(document?.nodes, runDocument?.nodes, nodes, diagnostics, runs), [document?.nodes, runDocument?.nodes, nodes, diagnostics, runs]);
}

type Nodes = PipelineDocument['nodes'] | undefined;
type Configured = ReturnType<typeof useConfiguration.getState>;
type Collected = readonly [nodes: Nodes, runNodes: Nodes, configured: Configured['nodes'], diagnostics: Configured['diagnostics'], runs: ReturnType<typeof useRun.getState>['nodes']];

let last: { readonly of: Collected; readonly found: readonly Problem[] } | null = null;

/** Several views show them: they are collected once for all. */
function problemsOf(...of: Collected): readonly Problem[] {
  if (last !== null && of.every((part, index) => part === last?.of[index])) return last.found;
  const [nodes, runNodes, configured, diagnostics, runs] = of;
  // Asked of the few nodes whose run met something.
  const current = (nodeId: string): boolean => {
    const now = nodes?.find(({ id }) => id === nodeId);
    return now !== undefined && JSON.stringify(now.params) === JSON.stringify(runNodes?.find(({ id }) => id === nodeId)?.params);
  };
  const found = collectProblems({ nodes: configured, diagnostics }, runs, current);
  last = { of, found };
  return found;
}
