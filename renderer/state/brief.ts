import { create } from 'zustand';
import { briefHash, type Brief } from '#app/brief/document.ts';
import { BriefHistory, type EarlierBriefSteps } from '#app/brief/history.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { whyNot } from '../ui/may.ts';
import { notify } from './notices.ts';
import type { SaveState } from './pipeline.ts';
import { takeStep, type Direction } from './take-step.ts';

interface BriefStore {
  readonly brief: Brief | null;
  readonly error: Diagnostic | null;
  readonly save: SaveState;
  /** What it was changed into elsewhere must be loaded before anything can be saved. */
  readonly conflict: boolean;
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
}

/** The project's brief: written on its page, and asked everywhere that results are judged. */
export const useBrief = create<BriefStore>(() => ({ brief: null, error: null, save: 'saved', conflict: false, undoLabel: null, redoLabel: null }));

const saveDelay = 400;
let history: BriefHistory | null = null;
let taken: readonly string[] = [];
let timer: ReturnType<typeof setTimeout> | null = null;
let saving: Promise<void> | null = null;

export async function loadBrief(): Promise<void> {
  try {
    const { brief, version, ...earlier } = await client.brief.get();
    // What was not saved yet goes on from what it was made on, unless that was changed elsewhere.
    if (history?.unsaved() != null && !useBrief.getState().conflict) {
      saveSoon();
      return;
    }
    history = new BriefHistory(brief as Brief, earlier as EarlierBriefSteps);
    taken = [version];
    useBrief.setState({ error: null, save: 'saved', conflict: false });
    publish();
  } catch (error) {
    if (!isGivenUp(error)) useBrief.setState({ error: diagnosticOf(error) });
  }
}

/** Once for a page that only wants to know the targets. */
export function briefWanted(): void {
  const { brief, error } = useBrief.getState();
  if (brief === null && error === null) void loadBrief();
}

function publish(): void {
  if (history !== null) useBrief.setState({ brief: history.document, undoLabel: history.undoLabel, redoLabel: history.redoLabel });
}

export function editBrief(change: Partial<Brief>): void {
  if (history === null || useBrief.getState().conflict) return;
  history.apply(change);
  publish();
  saveSoon();
}

export const undoBrief = (): void => step('undo');

export const redoBrief = (): void => step('redo');

function step(direction: Direction): void {
  if (history === null || useBrief.getState().conflict) return;
  const why = whyNot('edit');
  if (why !== null) {
    notify({ severity: 'info', message: why });
    return;
  }
  takeStep(history, direction, () => {
    publish();
    saveSoon();
  });
}

function saveSoon(): void {
  useBrief.setState({ save: 'unsaved' });
  timer ??= setTimeout(() => {
    timer = null;
    void store();
  }, saveDelay);
}

export async function flushBrief(): Promise<void> {
  if (timer !== null) {
    clearTimeout(timer);
    timer = null;
    await store();
  }
  await saving;
}

async function store(): Promise<void> {
  await saving;
  const current = history;
  const unsaved = current?.unsaved();
  if (current === null || unsaved == null) {
    useBrief.setState({ save: 'saved' });
    return;
  }
  const brief = current.document;
  useBrief.setState({ save: 'saving' });
  saving = (async () => {
    try {
      const { version } = await client.brief.save({ brief, after: [...taken], ...unsaved, entries: [...unsaved.entries] });
      current.markSaved(unsaved);
      if (current === history) taken = [version];
      useBrief.setState({ save: current.unsaved() === null ? 'saved' : 'unsaved' });
    } catch (error) {
      // It may have been written all the same, and the answer lost.
      taken = [...taken, briefHash(brief)];
      const diagnostic = diagnosticOf(error);
      useBrief.setState({ save: 'failed', conflict: diagnostic.code === 'edited-elsewhere' });
      if (!isGivenUp(error)) notify(diagnostic);
    }
  })();
  await saving;
  saving = null;
}
