import { create } from 'zustand';
import type { Diagnostic } from '#app/core/errors.ts';
import { toDiagnostic } from '#app/core/errors.ts';
import type { Command } from '#app/pipeline/commands.ts';
import { documentDelta } from '#app/pipeline/delta.ts';
import { catalogueNames } from '#app/pipeline/diff-words.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { History, type HistoryEntry } from '#app/pipeline/history.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { conflictSentence, mergeDocuments } from '#app/pipeline/merge.ts';
import { commandAt, levelDocument, type LevelStep } from '#app/pipeline/subflow/level.ts';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { announce } from './announce.ts';
import { catalogue, takesOneConnection } from './catalogue.ts';
import { notify } from './notices.ts';
import { takeStep, type Direction } from './take-step.ts';
import { texts } from '../text/texts.ts';
import { whyNot } from '../ui/may.ts';
import { told } from '../text/told.ts';

export type SaveState = 'saved' | 'unsaved' | 'saving' | 'failed';

interface PipelineStore {
  /** Path of the open pipeline, relative to the project; null before one is open. */
  readonly path: string | null;
  /** The level that is on the canvas: the pipeline itself, or what a subflow of it holds. Edits are of it. */
  readonly document: PipelineDocument | null;
  /** The whole pipeline. */
  readonly root: PipelineDocument | null;
  /** The way from the pipeline into the subflow on the canvas; empty at the pipeline itself. */
  readonly level: readonly LevelStep[];
  /** An earlier version is shown in place of the pipeline; nothing can be edited meanwhile. */
  readonly viewing: boolean;
  /** The run whose document and results are shown while `viewing`; null: of no run. */
  readonly asOf: string | null;
  /** Another process has the project open: everything can be looked at, nothing changed. */
  readonly readOnly: boolean;
  readonly opening: boolean;
  readonly openError: Diagnostic | null;
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  readonly save: SaveState;
  readonly savedAt: number | null;
  readonly saveError: Diagnostic | null;
}

export const usePipeline = create<PipelineStore>(() => ({
  path: null,
  document: null,
  root: null,
  level: [],
  viewing: false,
  asOf: null,
  readOnly: false,
  opening: false,
  openError: null,
  undoLabel: null,
  redoLabel: null,
  save: 'saved',
  savedAt: null,
  saveError: null,
}));

/** Edits reach the journal this many ms after the first of a burst. */
const saveDelay = 150;
/** Of a large pipeline later, for it is handed over as a whole; a crash may lose no more than a second of edits. */
const longestSaveDelay = 600;

let history: History | null = null;
let saveTimer: ReturnType<typeof setTimeout> | null = null;
let saving: Promise<void> | null = null;
/** The version that the engine last took or gave, and hashes of it and of those handed over since without an answer. */
let taken: { readonly document: PipelineDocument; readonly hashes: ReadonlySet<string> } | null = null;

/** The pipeline as it is now, also while an earlier version is shown. */
export const presentDocument = (): PipelineDocument | null => history?.document ?? null;

/** Shows an earlier version, read-only, until `showPresent`; with a run also what that run gave. */
export function showVersion(document: PipelineDocument, run: string | null = null): void {
  if (history) usePipeline.setState({ document, root: document, level: [], viewing: true, asOf: run });
}

export function showPresent(): void {
  if (usePipeline.getState().viewing) publish();
}

function publish(): void {
  if (!history) return;
  usePipeline.setState({ viewing: false, asOf: null, ...shown(history.document, usePipeline.getState().level), undoLabel: history.undoLabel, redoLabel: history.redoLabel });
}

/** A level of the pipeline; where it is gone, the nearest one around it. */
function shown(root: PipelineDocument, level: readonly LevelStep[]): Pick<PipelineStore, 'document' | 'root' | 'level'> {
  const document = levelDocument(root, level);
  return document === null ? shown(root, level.slice(0, -1)) : { document, root, level };
}

/** Puts another level of the pipeline on the canvas. */
export function enterLevel(level: readonly LevelStep[]): void {
  const { root } = usePipeline.getState();
  if (root !== null) usePipeline.setState(shown(root, level));
}

let asked: string | null = null;
let lastOpened: Promise<void> = Promise.resolve();

/** Settles when the pipeline that was asked for last is on the canvas: what a person asks for while it opens is meant for it. */
export const whenOpened = (): Promise<void> => lastOpened;

/** Opens a pipeline; unsaved edits of the one before are written first. */
export function openPipeline(path: string): Promise<void> {
  asked = path;
  lastOpened = load(path);
  return lastOpened;
}

async function load(path: string): Promise<void> {
  usePipeline.setState({ opening: true, openError: null });
  await flushEdits();
  try {
    const [opened, { readOnly }] = await Promise.all([client.pipeline.open({ path }), client.project.info()]);
    if (asked !== path) return;
    // Edits made while the engine read the file belong to the pipeline before.
    await flushEdits();
    history = new History(opened.document, opened.history as readonly HistoryEntry[], opened.position, Date.now, opened.forgotten);
    taken = { document: opened.document, hashes: new Set([documentHash(opened.document)]) };
    usePipeline.setState({ path, readOnly, viewing: false, asOf: null, opening: false, save: 'saved', saveError: null, ...shown(history.document, []), undoLabel: history.undoLabel, redoLabel: history.redoLabel });
    localStorage.setItem('penstock.pipeline', path);
    if (opened.recovered) notify({ severity: 'info', message: texts.state.recovered });
  } catch (error) {
    if (asked === path) usePipeline.setState({ opening: false, openError: diagnosticOf(error) });
  }
}

/** Shows a document without an engine behind it (tests). */
export function showDocument(document: PipelineDocument): void {
  history = new History(document);
  usePipeline.setState({ path: null, opening: false, openError: null, level: [] });
  publish();
}

/** Shows a pipeline that another window has open, as it is there at this moment. */
export function followDocument(path: string, document: PipelineDocument): void {
  usePipeline.setState({ path, opening: false, openError: null, ...shown(document, []) });
}

let relay: ((command: Command, options: EditOptions) => void) | null = null;

/** In a window of one view: edits are made by the window that has the pipeline open. */
export function relayEdits(to: (command: Command, options: EditOptions) => void): void {
  relay = to;
}

export interface EditOptions {
  /** Names the step in the undo menu; by default from the command. */
  readonly label?: string;
  /** Steps in a row with one group are undone together (typing, dragging). */
  readonly group?: string;
  /** What a screen reader is told; by default the label, and nothing of what is typed or moved step by step. */
  readonly said?: string;
}

/** Kinds of edit that come many in a row, or where the control itself says its new value. */
const unsaid = new Set<Command['type']>(['set-params', 'move', 'set-note', 'set-comment']);

/** Applies one edit of the level on the canvas. False when the document no longer fits it; the person is told. */
export function edit(command: Command, options: EditOptions = {}): boolean {
  return editRoot(commandAt(usePipeline.getState().level, command), options);
}

/** Applies one edit of the whole pipeline. */
export function editRoot(command: Command, options: EditOptions = {}): boolean {
  if (relay) {
    relay(command, options);
    return true;
  }
  if (!history || isLookingOnly()) return false;
  try {
    history.apply(command, options);
  } catch (error) {
    notify(toDiagnostic(error));
    return false;
  }
  publish();
  scheduleSave();
  let own = command;
  while (own.type === 'within') own = own.command;
  const isTyped = own.type === 'set-title' && options.group !== undefined;
  const said = options.said ?? (isTyped || unsaid.has(own.type) ? null : history.undoLabel === null ? null : told(history.undoLabel));
  if (said !== null) announce(said);
  return true;
}

export function undo(): void {
  step('undo');
}

export function redo(): void {
  step('redo');
}

/** What takes the last step back as long as it is the last; null where nothing can be undone here. It gives false where another came after it. */
export function lastStepBack(): (() => boolean) | null {
  const own = history;
  const last = own?.entries[own.position - 1];
  if (own === null || last === undefined) return null;
  return () => {
    if (history !== own || own.entries[own.position - 1] !== last) return false;
    undo();
    return true;
  };
}

/** Tells the person so. */
function isLookingOnly(): boolean {
  const { viewing, readOnly } = usePipeline.getState();
  const why = whyNot('edit');
  if (why !== null) notify({ severity: 'info', message: why });
  else if (readOnly) notify({ severity: 'info', message: texts.state.readOnly, remedy: texts.common.otherWindow });
  else if (viewing) notify({ severity: 'info', message: texts.state.earlierEdit, remedy: texts.state.earlierBack });
  return viewing || readOnly || why !== null;
}

function step(direction: Direction): void {
  if (!history || isLookingOnly()) return;
  takeStep(history, direction, () => {
    publish();
    scheduleSave();
  });
}

function scheduleSave(delay = Math.min(longestSaveDelay, saveDelay + (usePipeline.getState().document?.nodes.length ?? 0) / 4)): void {
  if (usePipeline.getState().path === null) return;
  const { save: now } = usePipeline.getState();
  if (now !== 'saving' && now !== 'unsaved') usePipeline.setState({ save: 'unsaved' });
  if (saveTimer !== null) return;
  saveTimer = setTimeout(() => {
    saveTimer = null;
    void save();
  }, delay);
}

async function save(): Promise<void> {
  if (saving) {
    await saving;
    return save();
  }
  const { path } = usePipeline.getState();
  const current = history;
  const unsaved = current?.unsaved();
  if (!current || !unsaved || path === null) {
    usePipeline.setState({ save: 'saved' });
    return;
  }
  usePipeline.setState({ save: 'saving' });
  const { document } = current;
  const after = taken?.hashes;
  saving = (async () => {
    try {
      const { savedAt, version } = await client.pipeline.append({
        path,
        document,
        base: unsaved.base,
        entries: [...unsaved.entries],
        position: unsaved.position,
        ...(after === undefined ? {} : { after: [...after] }),
      });
      current.markSaved(unsaved);
      if (current === history) taken = { document, hashes: new Set([version]) };
      usePipeline.setState({ save: current.unsaved() ? 'unsaved' : 'saved', savedAt, saveError: null });
    } catch (error) {
      saving = null;
      // It may have been written all the same, and the answer lost.
      if (taken && after && current === history) taken = { ...taken, hashes: new Set([...after, documentHash(document)]) };
      if (!isGivenUp(error) && diagnosticOf(error).code === 'edited-elsewhere' && current === history && (await joinOther(path))) return;
      // Edits stay in memory and are offered again: at once after a restart of the engine, else after a pause.
      usePipeline.setState({ save: 'failed', saveError: isGivenUp(error) ? null : diagnosticOf(error) });
      scheduleSave(isGivenUp(error) ? saveDelay : 3000);
    }
  })();
  await saving;
  saving = null;
}

/**
 * Another window was quicker: what was done here since is put together with what it did, as one step that can be undone.
 * False when its version could not be had.
 */
async function joinOther(path: string): Promise<boolean> {
  const base = taken?.document;
  const ours = history?.document;
  if (!base || !ours) return false;
  try {
    const opened = await client.pipeline.open({ path });
    if (usePipeline.getState().path !== path || history?.document !== ours) return false;
    const { document, conflicts } = mergeDocuments(base, ours, opened.document, takesOneConnection);
    history = new History(opened.document, opened.history as readonly HistoryEntry[], opened.position, Date.now, opened.forgotten);
    taken = { document: opened.document, hashes: new Set([documentHash(opened.document)]) };
    history.apply({ type: 'revise', delta: documentDelta(opened.document, document) }, { label: texts.state.merged });
    publish();
    scheduleSave();
    const names = catalogueNames(catalogue);
    const told = conflicts.slice(0, 3).map((conflict) => conflictSentence(conflict, names));
    notify({ severity: conflicts.length > 0 ? 'warning' : 'info', message: texts.state.mergedNow(told.map((text) => ` ${text}`).join('')) });
    return true;
  } catch {
    return false;
  }
}

/** Writes what is unsaved now (before another pipeline opens, before a run, when the window goes). */
export async function flushEdits(): Promise<void> {
  if (saveTimer !== null) clearTimeout(saveTimer);
  saveTimer = null;
  if (history?.unsaved()) await save();
}
