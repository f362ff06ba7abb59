import { create } from 'zustand';
import { briefHash, type Brief } from '#app/brief/document.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { notify } from './notices.ts';
import type { SaveState } from './pipeline.ts';

interface BriefStore {
  readonly brief: Brief | null;
  readonly error: Diagnostic | null;
  readonly save: SaveState;
  /** What it was changed into elsewhere must be loaded before anything can be saved. */
  readonly conflict: boolean;
}

/** The project's brief: written on its page, and asked everywhere that results are judged. */
export const useBrief = create<BriefStore>(() => ({ brief: null, error: null, save: 'saved', conflict: false }));

const saveDelay = 400;
let taken: readonly string[] = [];
let timer: ReturnType<typeof setTimeout> | null = null;
let saving: Promise<void> | null = null;

export async function loadBrief(): Promise<void> {
  try {
    const { brief, version } = await client.brief.get();
    taken = [version];
    useBrief.setState({ brief: brief as Brief, error: null, save: 'saved', conflict: false });
  } catch (error) {
    if (!isGivenUp(error)) useBrief.setState({ error: diagnosticOf(error) });
  }
}

/** Once for a page that only wants to know the targets. */
export function briefWanted(): void {
  const { brief, error } = useBrief.getState();
  if (brief === null && error === null) void loadBrief();
}

export function editBrief(change: Partial<Brief>): void {
  const { brief, conflict } = useBrief.getState();
  if (brief === null || conflict) return;
  useBrief.setState({ brief: { ...brief, ...change }, save: 'unsaved' });
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
  const { brief } = useBrief.getState();
  if (brief === null) return;
  useBrief.setState({ save: 'saving' });
  saving = (async () => {
    try {
      const { version } = await client.brief.save({ brief, after: [...taken] });
      taken = [version];
      useBrief.setState((state) => ({ save: state.brief === brief ? 'saved' : 'unsaved' }));
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
