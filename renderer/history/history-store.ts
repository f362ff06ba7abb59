import { create } from 'zustand';
import type { Diagnostic } from '#app/core/errors.ts';
import { documentDelta, isEmptyDelta, nodesDelta } from '#app/pipeline/delta.ts';
import { catalogueNames, changeSentences } from '#app/pipeline/diff-words.ts';
import { diffDocuments, diffMarks, unionDocument, type DiffMarks } from '#app/pipeline/diff.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { RunDetail } from '#app/protocol/schema.ts';
import type { RunDifference } from '#app/protocol/sections/history.ts';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { catalogue } from '../state/catalogue.ts';
import { notify } from '../state/notices.ts';
import { edit, flushEdits, presentDocument, showPresent, showVersion, usePipeline } from '../state/pipeline.ts';
import { isRunning, restoreRun, showRun, useRun } from '../state/run.ts';
import { useSelection } from '../state/selection.ts';
import { useView } from '../state/view.ts';
import { historyItems, itemBefore, runItemId, type HistoryItem } from './group-moments.ts';
import { momentName } from './item-words.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';

/** What a shown version is compared with. `chosen`: the one that the person picked. */
export type CompareWith = 'before' | 'now' | 'chosen';

interface HistoryStore {
  /** Oldest first. */
  readonly items: readonly HistoryItem[];
  readonly error: Diagnostic | null;
  /** Whether the project lies in a git repository, and the file differs from its last commit. */
  readonly git: { readonly branch: string | null; readonly changed: boolean } | null;
  /** Item that the canvas shows; null: the pipeline as it is now. */
  readonly at: string | null;
  /** The document at `at`, while it is shown. */
  readonly version: PipelineDocument | null;
  readonly compare: CompareWith;
  readonly chosen: string | null;
  /** Against what is compared with, while a version is shown. */
  readonly changes: readonly string[];
  readonly marks: DiffMarks | null;
  /** The version with what it lacks laid in, for drawing. */
  readonly drawn: PipelineDocument | null;
  readonly runDifference: RunDifference | null;
}

const nothing = { at: null, version: null, changes: [], marks: null, drawn: null, runDifference: null } as const;

export const useHistory = create<HistoryStore>(() => ({ items: [], error: null, git: null, compare: 'before', chosen: null, ...nothing }));

const documents = new Map<string, Promise<PipelineDocument>>();
const mostDocuments = 200;
let latest = 0;
/** The states on the cards are those of an earlier run. */
let runShown = false;

/** Versions never change, so one that was fetched is kept. */
function documentOf(item: HistoryItem): Promise<PipelineDocument> {
  const { path } = usePipeline.getState();
  const key = `${path} ${item.id}`;
  const known = documents.get(key);
  if (known !== undefined) return known;
  const asked = item.kind === 'commit' ? client.history.atCommit({ path: path ?? '', oid: item.commit.oid }).then(({ document }) => document) : item.kind === 'run' ? client.run.get({ runId: item.run.runId }).then(({ document }) => document) : client.history.version({ path: path ?? '', id: item.id }).then(({ document }) => document);
  if (documents.size >= mostDocuments) documents.clear();
  documents.set(key, asked);
  asked.catch(() => documents.delete(key));
  return asked;
}

export async function loadHistory(): Promise<void> {
  const { path } = usePipeline.getState();
  const document = presentDocument();
  if (path === null || document === null) return;
  try {
    const [{ moments, runs }, git] = await Promise.all([client.history.timeline({ path, pipelineId: document.id }), client.history.commits({ path })]);
    if (usePipeline.getState().path !== path) return;
    useHistory.setState({ items: historyItems(moments, runs, git.commits), error: null, git: git.repository ? { branch: git.branch, changed: git.changed } : null });
  } catch (error) {
    if (!isGivenUp(error)) useHistory.setState({ error: diagnosticOf(error) });
  }
}

export function toggleHistory(): void {
  const { historyOpen, page, catalogueOpen } = useView.getState();
  if (historyOpen && page === 'canvas' && catalogueOpen) closeHistory();
  else {
    useView.setState({ historyOpen: true, page: 'canvas', catalogueOpen: true });
    void flushEdits().then(loadHistory);
  }
}

export function closeHistory(): void {
  backToNow();
  useView.setState({ historyOpen: false });
}

export function backToNow(): void {
  latest += 1;
  useHistory.setState(nothing);
  showPresent();
  showLastRun();
}

function showLastRun(): void {
  const present = presentDocument();
  if (!runShown || present === null) return;
  runShown = false;
  if (!isRunning(useRun.getState())) void restoreRun(present);
}

/** Shows the pipeline as it was; null, and the last item where nothing came after it, is now. */
export async function lookAt(id: string | null): Promise<void> {
  const mine = (latest += 1);
  const { items, compare } = useHistory.getState();
  const item = items.find((one) => one.id === id);
  if (item === undefined) return backToNow();
  useHistory.setState({ at: item.id });
  try {
    const version = await documentOf(item);
    const base = await baseOf(item, compare);
    if (mine !== latest) return;
    const present = presentDocument();
    const before = base === 'now' ? present : base === null ? null : await documentOf(base);
    if (mine !== latest) return;
    const changes = before === null ? [] : diffDocuments(before, version);
    useHistory.setState({
      version,
      changes: changeSentences(changes, catalogueNames(catalogue)).map(told),
      marks: before === null ? null : diffMarks(before, version, changes),
      drawn: before === null ? version : unionDocument(before, version),
      runDifference: null,
    });
    showVersion(version, item.kind === 'run' ? item.run.runId : null);
    if (item.kind === 'run' && !isRunning(useRun.getState())) {
      const detail = await client.run.get({ runId: item.run.runId });
      if (mine !== latest) return;
      runShown = true;
      showRun(detail);
    } else showLastRun();
    if (item.kind === 'run' && base !== null && base !== 'now' && base.kind === 'run') {
      const difference = await client.history.compareRuns({ before: base.run.runId, after: item.run.runId });
      if (mine === latest) useHistory.setState({ runDifference: difference });
    }
  } catch (error) {
    if (mine !== latest || isGivenUp(error)) return;
    notify(diagnosticOf(error));
    backToNow();
  }
}

/** Shows the open pipeline as a run had it, with what that run gave; also one that is too old for the list. */
export async function lookAtRun(run: RunDetail): Promise<void> {
  await loadHistory();
  const { items } = useHistory.getState();
  const id = runItemId(run.runId);
  if (items.every((item) => item.id !== id)) {
    const moment = { runId: run.runId, at: run.startedAt, status: run.status, ms: run.ms, nodes: run.nodes.length };
    useHistory.setState({ items: [...items, { kind: 'run', id, at: run.startedAt, run: moment } satisfies HistoryItem].toSorted((a, b) => a.at - b.at) });
  }
  await lookAt(id);
}

function baseOf(item: HistoryItem, compare: CompareWith): HistoryItem | 'now' | null {
  const { items, chosen } = useHistory.getState();
  if (compare === 'now') return 'now';
  if (compare === 'chosen') return items.find(({ id }) => id === chosen) ?? null;
  return itemBefore(items, item.id);
}

export function compareWith(compare: CompareWith, chosen = useHistory.getState().chosen): void {
  useHistory.setState({ compare, chosen });
  const { at } = useHistory.getState();
  if (at !== null) void lookAt(at);
}

function shownItem(): { item: HistoryItem; version: PipelineDocument } | null {
  const { items, at, version } = useHistory.getState();
  const item = items.find(({ id }) => id === at);
  return item === undefined || version === null ? null : { item, version };
}

/** Makes the shown version the pipeline, as one edit that can be undone. */
export function restoreVersion(): void {
  const shown = shownItem();
  const present = presentDocument();
  if (shown === null || present === null) return;
  backToNow();
  const delta = documentDelta(present, shown.version);
  if (isEmptyDelta(delta)) return notify({ severity: 'info', message: texts.history.same });
  if (edit({ type: 'revise', delta }, { label: texts.history.did.restored(momentName(shown.item.at)) })) notify({ severity: 'info', message: texts.history.isAsItWas(momentName(shown.item.at)) });
}

/** Brings only the selected nodes back to how they are in the shown version. */
export function restoreSelected(): void {
  const shown = shownItem();
  const present = presentDocument();
  const { nodes } = useSelection.getState();
  if (shown === null || present === null || nodes.length === 0) return;
  const delta = nodesDelta(present, shown.version, nodes);
  backToNow();
  if (isEmptyDelta(delta)) return notify({ severity: 'info', message: texts.history.sameSelected });
  edit({ type: 'revise', delta }, { label: texts.history.did.restoredNodes(nodes.length, momentName(shown.item.at)) });
}

/** An empty name takes it off. */
export async function nameVersion(id: string, name: string): Promise<void> {
  const { path } = usePipeline.getState();
  if (path === null) return;
  try {
    await client.history.name({ path, id, name: name.trim() === '' ? null : name.trim() });
    await loadHistory();
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  }
}

/** Commits the pipeline's file, and nothing else, to git. */
export async function commitPipeline(message: string): Promise<void> {
  const { path } = usePipeline.getState();
  if (path === null || message.trim() === '') return;
  try {
    await flushEdits();
    await client.history.commit({ path, message: message.trim() });
    await loadHistory();
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
  }
}

/** Keeps the list true while it is open, and leaves the past when another pipeline opens. */
export function startHistory(): void {
  usePipeline.subscribe((state, before) => {
    if (state.path !== before.path || state.root?.id !== before.root?.id) {
      documents.clear();
      useHistory.setState({ items: [], error: null, git: null, chosen: null, compare: 'before', ...nothing });
      if (useView.getState().historyOpen) void loadHistory();
    } else if (state.savedAt !== before.savedAt && useView.getState().historyOpen) void loadHistory();
    // Something else brought the present back (an edit of a plugin, another window).
    if (before.viewing && !state.viewing && useHistory.getState().at !== null) useHistory.setState(nothing);
  });
  useRun.subscribe((state, before) => {
    if (state.status !== before.status && state.status !== 'starting' && useView.getState().historyOpen) void loadHistory();
  });
}

/** What the canvas draws: the pipeline, or an earlier version with what is gone from it as ghosts. */
export function useCanvasDocument(): PipelineDocument | null {
  const present = usePipeline((store) => store.document);
  const viewing = usePipeline((store) => store.viewing);
  const drawn = useHistory((store) => store.drawn);
  return viewing && drawn !== null ? drawn : present;
}
