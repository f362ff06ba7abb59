import { create } from 'zustand';
import type { Diagnostic } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import type { Freshness } from '#app/protocol/schema.ts';
import type { Schema } from '#app/relation/types.ts';
import { client, diagnosticOf, isGivenUp, type EngineClient } from '../rpc/client.ts';
import { useConnection } from '../rpc/connection.ts';
import { findLeaks } from './leaks.ts';
import { notify } from './notices.ts';
import { estimateSoon } from './preflight.ts';
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

/** Quiet time after the last edit before the engine is asked, in ms. */
const quiet = 150;
let timer: ReturnType<typeof setTimeout> | null = null;
let underWay: AbortController | null = null;

/** Asks again soon: after edits, after a run, after a reconnect. */
export function reconfigure(delay = quiet): void {
  if (timer !== null) clearTimeout(timer);
  useConfiguration.setState({ pending: true });
  timer = setTimeout(() => {
    timer = null;
    void ask();
  }, delay);
}

/** The leaks found last; they stay on the canvas until the next answer, so that nothing flickers while a person edits. */
let leaks: { readonly documentId: string; readonly found: readonly Finding[] } = { documentId: '', found: [] };
const leaksOf = (document: PipelineDocument): readonly Finding[] =>
  leaks.documentId === document.id ? leaks.found.filter(({ place }) => document.nodes.some(({ id }) => id === place?.nodeId)) : [];

async function ask(): Promise<void> {
  const { document } = usePipeline.getState();
  if (!document) return;
  underWay?.abort();
  const mine = new AbortController();
  underWay = mine;
  try {
    const answer = await client.pipeline.configure({ document }, { signal: mine.signal });
    if (mine.signal.aborted || usePipeline.getState().document?.id !== document.id) return;
    useConfiguration.setState({ ...answer, diagnostics: [...answer.diagnostics, ...leaksOf(document)], document, pending: timer !== null });
    let tooBig: readonly Diagnostic[] = [];
    const show = (): void => {
      if (useConfiguration.getState().document === document) useConfiguration.setState({ diagnostics: [...answer.diagnostics, ...leaksOf(document), ...tooBig] });
    };
    findLeaks(document, (found) => {
      leaks = { documentId: document.id, found };
      show();
    });
    estimateSoon(document, (found) => {
      tooBig = found;
      if (found.length > 0) show();
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
    const { document } = state;
    if (!document) return;
    if (document.id !== before.document?.id) {
      useConfiguration.setState({ nodes: {}, diagnostics: [], freshness: {}, suggestions: {}, document: null });
      reconfigure(0);
    } else if (document.nodes !== before.document.nodes || document.edges !== before.document.edges) reconfigure();
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

/** Diagnostics of one node, its own and those the document holds about it, without repeats. */
export function diagnosticsOf(state: Pick<ConfigurationStore, 'nodes' | 'diagnostics'>, nodeId: string): readonly Finding[] {
  const own = state.nodes[nodeId]?.diagnostics ?? noDiagnostics;
  const others = state.diagnostics.filter((item) => item.place?.nodeId === nodeId && !own.some((same) => same.code === item.code && same.message === item.message));
  return others.length === 0 ? own : [...own, ...others];
}

const noDiagnostics: readonly Finding[] = [];
