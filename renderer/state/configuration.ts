import { create } from 'zustand';
import type { Diagnostic } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import type { Freshness } from '#app/protocol/schema.ts';
import type { Schema } from '#app/relation/types.ts';
import { client, diagnosticOf, isGivenUp, type EngineClient } from '../rpc/client.ts';
import { useConnection } from '../rpc/connection.ts';
import { addChanged, byNode, differing } from './by-node.ts';
import { findLeaks } from './leaks.ts';
import { keepEntries, keepItems } from './keeping.ts';
import { notify } from './notices.ts';
import { estimateSoon } from './preflight.ts';
import { expandSubflows, levelDocument } from '#app/pipeline/subflow/index.ts';
import { catalogue } from './catalogue.ts';
import { boundaryFreshness, levelOf, subflowFreshness, within } from './level.ts';
import { usePipeline } from './pipeline.ts';

type Answer = Awaited<ReturnType<EngineClient['pipeline']['configure']>>;
export type NodeConfigurationAnswer = Answer['nodes'][string];

interface ConfigurationStore {
  /** By node: output meta, diagnostics, the card's line. */
  readonly nodes: Answer['nodes'];
  readonly diagnostics: readonly Finding[];
  readonly freshness: Readonly<Record<string, Freshness>>;
  readonly suggestions: Answer['suggestions'];
  /** The document the answer is about; null before the first. */
  readonly document: PipelineDocument | null;
  readonly pending: boolean;
}

export const useConfiguration = create<ConfigurationStore>(() => ({
  nodes: {},
  diagnostics: [],
  freshness: {},
  suggestions: {},
  document: null,
  pending: false,
}));

/** The same for one node: its entries, and findings about it or what is inside it. */
export const useNodeConfiguration = byNode(useConfiguration, (now, before) => {
  const ids = new Set<string>();
  addChanged(ids, now.nodes, before.nodes);
  addChanged(ids, now.freshness, before.freshness);
  for (const { place } of differing(now.diagnostics, before.diagnostics)) ids.add(outermost(place?.nodeId ?? ''));
  return ids;
});

/** Quiet time after the last edit before the engine is asked, in ms. */
const quiet = 150;
let timer: ReturnType<typeof setTimeout> | null = null;
let underWay: AbortController | null = null;

/** Asks again soon: after edits, after a run, after a reconnect. */
export function reconfigure(delay = quiet): void {
  if (timer !== null) clearTimeout(timer);
  // Every card hears of a change: none where there is none.
  if (!useConfiguration.getState().pending) useConfiguration.setState({ pending: true });
  timer = setTimeout(() => {
    timer = null;
    void ask();
  }, delay);
}

/** The leaks found last; they stay on the canvas until the next answer, so that nothing flickers while a person edits. */
let leaks: { readonly documentId: string; readonly found: readonly Finding[] } = { documentId: '', found: [] };
const leaksOf = (root: PipelineDocument): readonly Finding[] => {
  if (leaks.documentId !== root.id) return [];
  const { document } = expandSubflows(root, catalogue);
  return leaks.found.filter(({ place }) => document.nodes.some(({ id }) => id === place?.nodeId));
};

/** The last answer, of the whole pipeline. */
let answered: { readonly root: PipelineDocument; readonly answer: Answer; readonly diagnostics: readonly Finding[] } | null = null;

const findingKey = ({ code, message, place }: Diagnostic): string => `${code}\n${place?.nodeId ?? ''}\n${message}`;

/** Shows of the answer what is about the level on the canvas. */
function show(): void {
  const { root, level, document } = usePipeline.getState();
  if (answered === null || root === null || answered.root.id !== root.id) return;
  const { answer, diagnostics } = answered;
  const shown = levelDocument(answered.root, level);
  const { prefix, expanded, subflows } = levelOf(answered.root, shown === null ? [] : level);
  const freshness = within(answer.freshness, prefix);
  const before = useConfiguration.getState();
  useConfiguration.setState({
    nodes: keepEntries(before.nodes, within(answer.nodes, prefix)),
    diagnostics: keepItems(before.diagnostics, prefix === '' ? diagnostics : diagnostics.flatMap((finding) => (finding.place?.nodeId?.startsWith(prefix) ? [{ ...finding, place: { ...finding.place, nodeId: finding.place.nodeId.slice(prefix.length) } }] : [])), findingKey),
    freshness: keepEntries(before.freshness, subflows.length === 0 && prefix === '' ? freshness : { ...freshness, ...boundaryFreshness(expanded, prefix, answer.freshness), ...Object.fromEntries(subflows.map(({ id, place }) => [id, subflowFreshness(place, expanded, answer.freshness)])) }),
    suggestions: within(answer.suggestions, prefix),
    document: answered.root === root ? document : shown,
    pending: timer !== null,
  });
}

async function ask(): Promise<void> {
  const { root: document } = usePipeline.getState();
  if (!document) return;
  underWay?.abort();
  const mine = new AbortController();
  underWay = mine;
  try {
    const answer = await client.pipeline.configure({ document }, { signal: mine.signal });
    if (mine.signal.aborted || usePipeline.getState().root?.id !== document.id) return;
    let tooBig: readonly Diagnostic[] = [];
    const tell = (): void => {
      if (answered !== null && answered.root !== document) return;
      answered = { root: document, answer, diagnostics: [...answer.diagnostics, ...leaksOf(document), ...tooBig] };
      show();
    };
    answered = null;
    tell();
    findLeaks(document, (found) => {
      leaks = { documentId: document.id, found };
      tell();
    });
    estimateSoon(document, (found) => {
      tooBig = found;
      if (found.length > 0) tell();
    });
  } catch (error) {
    if (mine.signal.aborted || isGivenUp(error)) return;
    useConfiguration.setState({ pending: false });
    notify(diagnosticOf(error));
  }
}

/** Follows the open document for the life of the page. Layout and notes change nothing here. */
export function startConfiguration(): void {
  usePipeline.subscribe((state, before) => {
    const { root: document } = state;
    if (!document) return;
    if (document === before.root && state.level !== before.level) show();
    else if (document.id !== before.root?.id) {
      useConfiguration.setState({ nodes: {}, diagnostics: [], freshness: {}, suggestions: {}, document: null });
      reconfigure(0);
    } else if (document.nodes !== before.root.nodes || document.edges !== before.root.edges) reconfigure();
  });
  useConnection.subscribe((state, before) => {
    if (state.epoch !== before.epoch && state.epoch > 1) reconfigure(0);
  });
}

/** Schema on an output port, null while unknown or where the port is no table. */
export function outputSchema(nodes: ConfigurationStore['nodes'], nodeId: string, port: string): Schema | null {
  const meta = nodes[nodeId]?.outputs[port];
  return meta?.kind === 'table' ? ((meta['schema'] as Schema | null | undefined) ?? null) : null;
}

/** Schema that arrives at an input port; with several edges the first. */
export function inputSchema(document: PipelineDocument, nodes: ConfigurationStore['nodes'], nodeId: string, port: string): Schema | null {
  const edge = document.edges.find((candidate) => candidate.to.node === nodeId && candidate.to.port === port);
  return edge ? outputSchema(nodes, edge.from.node, edge.from.port) : null;
}

/** Findings by the outermost part of the node they are about; made once for each list. */
const findingsByNode = new WeakMap<readonly Finding[], ReadonlyMap<string, readonly Finding[]>>();

const outermost = (nodeId: string): string => nodeId.split(/[/[]/, 1)[0] ?? '';

function findingsAt(all: readonly Finding[], nodeId: string): readonly Finding[] {
  let index = findingsByNode.get(all);
  if (index === undefined) {
    const lists = new Map<string, Finding[]>();
    for (const item of all) {
      const key = outermost(item.place?.nodeId ?? '');
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [item]);
      else list.push(item);
    }
    findingsByNode.set(all, lists);
    index = lists;
  }
  return index.get(outermost(nodeId)) ?? noDiagnostics;
}

/** Whether a place is a node, or inside it. */
const isAt = (place: string | undefined, nodeId: string): boolean => place !== undefined && place.startsWith(nodeId) && (place.length === nodeId.length || place[nodeId.length] === '/' || place[nodeId.length] === '[');

/** Diagnostics of one node and of what is inside it, its own and those the document holds about it, without repeats. */
export function diagnosticsOf(state: Pick<ConfigurationStore, 'nodes' | 'diagnostics'>, nodeId: string): readonly Finding[] {
  const own = state.nodes[nodeId]?.diagnostics ?? noDiagnostics;
  const others = findingsAt(state.diagnostics, nodeId).filter((item) => isAt(item.place?.nodeId, nodeId) && !own.some((same) => same.code === item.code && same.message === item.message));
  return others.length === 0 ? own : [...own, ...others];
}

const noDiagnostics: readonly Finding[] = [];
