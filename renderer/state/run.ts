import { create } from 'zustand';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { NodeRun, RunDetail, RunEvent, RunStatus } from '#app/protocol/schema.ts';
import { client, diagnosticOf, follow, isGivenUp } from '../rpc/client.ts';
import { addChanged, byNode } from './by-node.ts';
import { reconfigure } from './configuration.ts';
import { expandSubflows, levelDocument } from '#app/pipeline/subflow/index.ts';
import { catalogue } from './catalogue.ts';
import { boundaryRuns, levelOf, subflowRun, within } from './level.ts';
import { notify } from './notices.ts';
import { flushEdits, usePipeline, whenOpened } from './pipeline.ts';
import { texts } from '../text/texts.ts';
import { original } from '../text/told.ts';

export interface LogLine {
  readonly nodeId: string;
  readonly level: 'info' | 'warning';
  readonly message: string;
  readonly at: number;
}

export interface Series {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

interface RunStore {
  readonly runId: string | null;
  /** `starting` until the engine has answered; null when nothing ran yet. */
  readonly status: RunStatus | 'starting' | null;
  readonly startedAt: number | null;
  readonly ms: number | null;
  /** The latest node runs of this pipeline: of the run in progress, or of the last one. */
  readonly nodes: Readonly<Record<string, NodeRun>>;
  /** Nodes that the run in progress, or the last one, is about; `nodes` may hold others from runs before. */
  readonly involved: Readonly<Record<string, true>>;
  readonly progress: Readonly<Record<string, { readonly fraction: number | null; readonly message?: string | undefined }>>;
  readonly log: readonly LogLine[];
  /** Live curves: node → metric → points. */
  readonly series: Readonly<Record<string, Readonly<Record<string, Series>>>>;
  /** The document as it was run. */
  readonly document: PipelineDocument | null;
}

/** What the engine told, by its ids; `useRun` shows of it what is about the level on the canvas. */
let told: RunStore;

/** The whole pipeline as it was run, also while a level of it is shown. */
export const runPipeline = (): PipelineDocument | null => told.document;

/** Takes in news; a function gets what was told until now. */
function tell(news: Partial<RunStore> | ((before: RunStore) => RunStore)): void {
  told = typeof news === 'function' ? news(told) : { ...told, ...news };
  show();
}

function show(): void {
  const { root, level } = usePipeline.getState();
  const whole = told.document ?? root;
  const path = whole === null || levelDocument(whole, level) === null ? [] : level;
  if (whole === null) return useRun.setState(told);
  const { prefix, expanded, subflows } = levelOf(whole, path);
  if (prefix === '' && subflows.length === 0) return useRun.setState(told);
  const view: RunStore = {
    ...told,
    // Beside those of the level also all others: how far the run is counts them.
    nodes: { ...told.nodes, ...within(told.nodes, prefix) },
    progress: within(told.progress, prefix),
    series: within(told.series, prefix),
    log: told.log.flatMap((line) => (line.nodeId.startsWith(prefix) ? [{ ...line, nodeId: line.nodeId.slice(prefix.length) }] : [])),
    document: told.document === null ? null : levelDocument(told.document, path),
  };
  const runs = subflows.flatMap(({ id, place }) => {
    const made = subflowRun(place, expanded, told.nodes);
    return made === undefined ? [] : [{ id, ...made }];
  });
  useRun.setState({
    ...view,
    nodes: { ...view.nodes, ...boundaryRuns(expanded, prefix, told.nodes), ...Object.fromEntries(runs.map(({ id, run }) => [id, run])) },
    progress: { ...view.progress, ...Object.fromEntries(runs.flatMap(({ id, run, fraction }) => (run.status === 'running' ? [[id, { fraction }]] : []))) },
  });
}

const empty: RunStore = { runId: null, status: null, startedAt: null, ms: null, nodes: {}, involved: {}, progress: {}, log: [], series: {}, document: null };

told = empty;

export const useRun = create<RunStore>(() => empty);

export function isRunning(state: Pick<RunStore, 'status'>): boolean {
  return state.status === 'running' || state.status === 'starting';
}

const maxLogLines = 5000;
/** The same for one node: its run and progress, whether a run is going on, and the document that was run. */
export const useNodeRun = byNode(useRun, (now, before) => {
  if (now.document !== before.document || isRunning(now) !== isRunning(before)) return 'all';
  const ids = new Set<string>();
  addChanged(ids, now.nodes, before.nodes);
  addChanged(ids, now.progress, before.progress);
  return ids;
});

let following: AbortController | null = null;

export interface RunRequest {
  /** Nodes to bring up to date, with all they need; absent: all. */
  readonly to?: readonly string[];
  /** Nodes whose results are forgotten first. */
  readonly force?: readonly string[];
  /** Also where the engine is certain that it will not fit. */
  readonly anyway?: boolean;
}

export async function startRun(request: RunRequest = {}): Promise<void> {
  await whenOpened();
  const { root: document, path, level } = usePipeline.getState();
  if (!document || isRunning(useRun.getState())) return;
  if (usePipeline.getState().viewing) {
    notify({ severity: 'info', message: texts.state.earlier, remedy: texts.state.earlierRun });
    return;
  }
  if (document.nodes.length === 0) {
    notify({ severity: 'info', message: texts.state.nothingToRun, remedy: texts.state.dragReader });
    return;
  }
  const { prefix } = levelOf(document, level);
  tell({ status: 'starting', startedAt: Date.now(), ms: null, involved: {}, progress: {}, log: [], series: {}, document });
  try {
    await flushEdits();
    const { runId } = await client.run.start({
      document,
      path,
      ...(request.to ? { to: request.to.map((id) => `${prefix}${id}`) } : {}),
      ...(request.force ? { force: request.force.map((id) => `${prefix}${id}`) } : {}),
      ...(request.anyway ? { anyway: true } : {}),
    });
    followRun(runId, document);
  } catch (error) {
    tell({ status: 'failed' });
    const diagnostic = diagnosticOf(error);
    const runAnyway = { label: texts.state.runAnyway, run: () => void startRun({ ...request, anyway: true }) };
    notify(diagnostic.code === 'preflight-refused' ? { ...diagnostic, remedy: diagnostic.remedy === undefined ? undefined : original(diagnostic.remedy).replace(/ To run it all the same:.*$/, ''), action: runAnyway } : diagnostic);
  }
}

export async function cancelRun(): Promise<void> {
  const { runId } = useRun.getState();
  if (runId === null || !isRunning(useRun.getState())) return;
  try {
    await client.run.cancel({ runId });
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  }
}

/** Follows a run that another window of this app has started. */
export function joinRun(runId: string, document: PipelineDocument): void {
  if (useRun.getState().runId === runId) return;
  tell({ startedAt: Date.now(), ms: null, involved: {}, progress: {}, log: [], series: {} });
  followRun(runId, document);
}

function followRun(runId: string, document: PipelineDocument): void {
  following?.abort();
  const mine = new AbortController();
  following = mine;
  tell({ runId, status: 'running', document });
  const queue: RunEvent[] = [];
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    if (mine.signal.aborted) return;
    const events = queue.splice(0);
    tell((before) => events.reduce(applyEvent, before));
    if (events.some((event) => event.type === 'run' && event.status !== 'running')) reconfigure(0);
  };
  void follow<RunEvent>(
    (signal) => client.run.events({ runId }, { signal }),
    (event) => {
      queue.push(event);
      // One store update for all events of about a frame: a thousand nodes may finish within one.
      if (!scheduled) {
        scheduled = true;
        setTimeout(flush, 16);
      }
    },
    mine.signal,
  ).catch((error: unknown) => {
    if (mine.signal.aborted) return;
    tell({ status: 'interrupted' });
    notify(diagnosticOf(error));
    reconfigure(0);
  });
}

/** One event folded into the state; pure. */
export function applyEvent(state: RunStore, event: RunEvent): RunStore {
  switch (event.type) {
    case 'run':
      return { ...state, status: event.status, ms: event.ms, ...(event.status === 'running' ? {} : { progress: {} }) };
    case 'node': {
      const { [event.node.nodeId]: _, ...progress } = state.progress;
      return { ...state, nodes: { ...state.nodes, [event.node.nodeId]: event.node }, involved: { ...state.involved, [event.node.nodeId]: true }, progress: event.node.status === 'running' ? state.progress : progress };
    }
    case 'progress':
      return { ...state, progress: { ...state.progress, [event.nodeId]: { fraction: event.fraction, message: event.message } } };
    case 'metrics': {
      const series = { ...state.series };
      for (const { nodeId, name, step, value } of event.points) {
        const ofNode = series[nodeId] ?? {};
        const before = ofNode[name] ?? { steps: [], values: [] };
        if (before.steps.includes(step)) continue;
        series[nodeId] = { ...ofNode, [name]: { steps: [...before.steps, step], values: [...before.values, value] } };
      }
      return { ...state, series };
    }
    case 'log': {
      const line = { nodeId: event.nodeId, level: event.level, message: event.message, at: event.at };
      return { ...state, log: [...state.log, line].slice(-maxLogLines) };
    }
  }
}

/** Shows what an earlier run gave, until `restoreRun`; a run in progress goes before it. */
export function showRun(detail: RunDetail): void {
  if (isRunning(useRun.getState())) return;
  const nodes = Object.fromEntries(detail.nodes.map((node) => [node.nodeId, node]));
  const involved = Object.fromEntries(detail.nodes.map((node) => [node.nodeId, true as const]));
  tell({ ...empty, runId: detail.runId, status: detail.status, startedAt: detail.startedAt, ms: detail.ms, nodes, involved, series: seriesOf(detail), document: detail.document });
}

function seriesOf(detail: RunDetail): Record<string, Record<string, Series>> {
  const series: Record<string, Record<string, Series>> = {};
  for (const { nodeId, name, steps, values } of detail.series) (series[nodeId] ??= {})[name] = { steps, values };
  return series;
}

/** After a pipeline is opened: joins its run in progress, or shows what its last run gave. */
export async function restoreRun(document: PipelineDocument): Promise<void> {
  following?.abort();
  tell(empty);
  try {
    const { runId } = await client.run.active({ pipelineId: document.id });
    if (runId !== null) {
      followRun(runId, document);
      return;
    }
    const [last, ...earlier] = await client.run.list({ pipelineId: document.id, limit: 6 });
    if (!last) return;
    const detail = await client.run.get({ runId: last.runId });
    const involved = Object.fromEntries(detail.nodes.map((node) => [node.nodeId, true as const]));
    let nodes = Object.fromEntries(detail.nodes.map((node) => [node.nodeId, node]));
    // The last run may have been about a part only: row counts of the rest are in the runs before it.
    for (const run of earlier) {
      if (run.damaged !== undefined) continue;
      if (expandSubflows(document, catalogue).document.nodes.every((node) => nodes[node.id])) break;
      const older = await client.run.get({ runId: run.runId });
      nodes = { ...Object.fromEntries(older.nodes.filter((node) => node.status === 'succeeded' || node.status === 'cached').map((node) => [node.nodeId, node])), ...nodes };
    }
    if (usePipeline.getState().root?.id !== document.id || useRun.getState().status !== null) return;
    tell({
      runId: detail.runId,
      status: detail.status,
      startedAt: detail.startedAt,
      ms: detail.ms,
      nodes,
      involved,
      series: seriesOf(detail),
      document: detail.document,
    });
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  }
}

/** Follows the open pipeline for the life of the page. */
export function startRuns(): void {
  usePipeline.subscribe((state, before) => {
    if (state.root && state.root.id !== before.root?.id) void restoreRun(state.root);
    else if (state.level !== before.level) show();
  });
}
