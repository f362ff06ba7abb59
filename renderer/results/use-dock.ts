import { useMemo } from 'react';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import type { PortKind } from '#app/sdk/ports.ts';
import { catalogue } from '../state/catalogue.ts';
import { useConfiguration } from '../state/configuration.ts';
import { isRunning, useRun } from '../state/run.ts';
import { primaryNode, useSelection } from '../state/selection.ts';
import { usePipeline } from '../state/pipeline.ts';
import { collectProblems } from './problems.ts';
import type { Problem } from './problems.ts';
import { subjectOf } from './table/table-subject.ts';
import type { Subject } from './table/table-subject.ts';

export interface DockPort {
  readonly name: string;
  readonly title: string;
  readonly kind: PortKind;
}

export interface Dock {
  readonly document: PipelineDocument | null;
  readonly node: PipelineNode | null;
  readonly ports: readonly DockPort[];
  readonly port: DockPort | null;
  readonly subject: Subject | null;
  readonly running: boolean;
  /** Why the shown result is out of date; null while it is not. */
  readonly stale: string | null;
  readonly problems: readonly Problem[];
}

const kinds: readonly string[] = ['table', 'recipe', 'learner', 'model', 'evaluation', 'report'] satisfies PortKind[];

/** What the dock is about, from the page's state. */
export function useDock(): Dock {
  const document = usePipeline((state) => state.document);
  const nodeId = useSelection(primaryNode);
  const chosenPort = useSelection((state) => state.port);
  const configured = useConfiguration((state) => (nodeId === null ? undefined : state.nodes[nodeId]));
  const freshness = useConfiguration((state) => (nodeId === null ? undefined : state.freshness[nodeId]));
  const nodeRun = useRun((state) => (nodeId === null ? undefined : state.nodes[nodeId]));
  const active = useRun(isRunning);
  const node = document?.nodes.find((one) => one.id === nodeId) ?? null;

  const ports = useMemo<readonly DockPort[]>(() => {
    const known = node && catalogue.get(node.type)?.definition.outputs;
    if (known && known.length > 0) return known.map(({ name, title, kind }) => ({ name, title, kind }));
    return Object.entries(configured?.outputs ?? {}).flatMap(([name, meta]) => (kinds.includes(meta.kind) ? [{ name, title: name, kind: meta.kind as PortKind }] : []));
  }, [node, configured]);
  const port = ports.find((one) => one.name === chosenPort) ?? mainPort(ports);

  // What the document does not show but the result depends on: finished runs and the state of the outside world.
  const settled = nodeRun && nodeRun.status !== 'queued' && nodeRun.status !== 'running' ? `${nodeRun.status} ${nodeRun.cacheKey ?? ''}` : '';
  const revision = `${settled} ${freshness?.state ?? ''} ${freshness?.reasons.join() ?? ''}`;
  const subject = useMemo(
    () => (document && node ? subjectOf(document, node.id, revision) : null),
    [document, node, revision],
  );
  return {
    document,
    node,
    ports,
    port,
    subject,
    running: active && nodeRun?.status === 'running',
    stale: freshness?.state === 'stale' && !active ? freshness.reasons.join('; ') || 'Something it depends on changed.' : null,
    problems: useProblems(document),
  };
}

/** A fitted model says more than its learner; otherwise the first port. */
function mainPort(ports: readonly DockPort[]): DockPort | null {
  return ports.find((port) => port.kind === 'model') ?? ports[0] ?? null;
}

function useProblems(document: PipelineDocument | null): readonly Problem[] {
  const nodes = useConfiguration((state) => state.nodes);
  const diagnostics = useConfiguration((state) => state.diagnostics);
  const runs = useRun((state) => state.nodes);
  const runDocument = useRun((state) => state.document);
  return useMemo(() => {
    const now = new Map(document?.nodes.map((node) => [node.id, node]));
    const then = new Map(runDocument?.nodes.map((node) => [node.id, node]));
    const current = (nodeId: string) => now.has(nodeId) && JSON.stringify(now.get(nodeId)?.params) === JSON.stringify(then.get(nodeId)?.params);
    return collectProblems({ nodes, diagnostics }, runs, current);
  }, [document?.nodes, runDocument, nodes, diagnostics, runs]);
}
