import { create } from 'zustand';
import type { Diagnostic } from '#app/core/errors.ts';
import { toDiagnostic } from '#app/core/errors.ts';
import { newElementId } from '#app/core/ids.ts';
import type { ReportCommand } from '#app/reports/commands.ts';
import type { Block, ReportDocument } from '#app/reports/document.ts';
import { freePlace, usualSize } from '#app/reports/layout.ts';
import { reportHash } from '#app/reports/parse.ts';
import { ReportHistory, type EarlierReportSteps } from '#app/reports/report-history.ts';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import type { SaveState } from '../state/pipeline.ts';
import { takeStep, type Direction } from '../state/take-step.ts';
import { texts } from '../text/texts.ts';
import { whyNot } from '../ui/may.ts';

interface ReportStore {
  /** Path of the open report; null while the list is shown. */
  readonly path: string | null;
  readonly report: ReportDocument | null;
  readonly openError: Diagnostic | null;
  /** Ids, in the order in which they were selected. */
  readonly selected: readonly string[];
  /** The text block that is being written. */
  readonly writing: string | null;
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  readonly save: SaveState;
  /** What it was changed into elsewhere must be loaded before anything can be saved. */
  readonly conflict: boolean;
}

const closed: ReportStore = { path: null, report: null, openError: null, selected: [], writing: null, undoLabel: null, redoLabel: null, save: 'saved', conflict: false };

export const useReport = create<ReportStore>(() => closed);

/** Edits reach the disk this many ms after the first of a burst. */
const saveDelay = 250;
let history: ReportHistory | null = null;
/** Versions that the next save may have been made on. */
let taken: ReadonlySet<string> = new Set();
let timer: ReturnType<typeof setTimeout> | null = null;
let saving: Promise<void> | null = null;

function publish(): void {
  if (history === null) return;
  const { report, undoLabel, redoLabel } = history;
  const ids = new Set(report.blocks.map(({ id }) => id));
  useReport.setState((state) => ({ report, undoLabel, redoLabel, selected: state.selected.every((id) => ids.has(id)) ? state.selected : state.selected.filter((id) => ids.has(id)) }));
}

export async function openReport(path: string): Promise<void> {
  await flushReport();
  useReport.setState({ ...closed, path });
  history = null;
  try {
    const { report, version, ...earlier } = await client.reports.open({ path });
    if (useReport.getState().path !== path) return;
    history = new ReportHistory(report as ReportDocument, earlier as EarlierReportSteps);
    taken = new Set([version]);
    publish();
  } catch (error) {
    if (useReport.getState().path === path) useReport.setState({ openError: diagnosticOf(error) });
  }
}

export async function closeReport(): Promise<void> {
  await flushReport();
  history = null;
  useReport.setState(closed);
}

/** Applies an edit. False where it does not fit; the person is told. */
export function editReport(command: ReportCommand, options: { readonly label?: string; readonly group?: string } = {}): boolean {
  if (history === null || !mayEdit()) return false;
  try {
    history.apply(command, options);
  } catch (error) {
    notify(toDiagnostic(error));
    return false;
  }
  publish();
  saveSoon();
  return true;
}

/** Tells the person where their role does not allow it: nothing is changed here that cannot be saved. */
function mayEdit(): boolean {
  const why = whyNot('edit');
  if (why !== null) notify({ severity: 'info', message: why });
  return why === null;
}

export const undoReport = (): void => step('undo');

export const redoReport = (): void => step('redo');

function step(direction: Direction): void {
  if (history === null || !mayEdit()) return;
  takeStep(history, direction, () => {
    publish();
    saveSoon();
  });
}

export type NewBlock = Block extends infer T ? (T extends Block ? Omit<T, 'id' | 'place'> : never) : never;

/** A new block at the end of a page, or where it is put. */
export const placedBlock = (blocks: readonly Block[], block: NewBlock, size: { readonly w: number; readonly h: number } = usualSize[block.type]): Block => ({ ...block, id: newElementId(), place: freePlace(blocks, size) }) as Block;

/** New blocks, each where a page that has those before it has room. */
export const placedBlocks = (blocks: readonly Block[], added: readonly NewBlock[]): Block[] => added.reduce<Block[]>((placed, block) => [...placed, placedBlock([...blocks, ...placed], block)], []);

/** Adds blocks to the open report and selects them. */
export function addBlocks(blocks: readonly NewBlock[]): void {
  const { report } = useReport.getState();
  if (report === null) return;
  const added = placedBlocks(report.blocks, blocks);
  const [only] = added;
  if (editReport({ type: 'add', blocks: added })) useReport.setState({ selected: added.map(({ id }) => id), writing: added.length === 1 && only?.type === 'text' ? only.id : null });
}

export const selectBlocks = (ids: readonly string[]): void => useReport.setState({ selected: ids, writing: null });

function saveSoon(delay = saveDelay): void {
  const { conflict, save } = useReport.getState();
  if (conflict) return;
  if (save !== 'saving') useReport.setState({ save: 'unsaved' });
  timer ??= setTimeout(() => {
    timer = null;
    void store();
  }, delay);
}

async function store(): Promise<void> {
  if (saving !== null) {
    await saving;
    return store();
  }
  const { path, conflict } = useReport.getState();
  const current = history;
  if (current === null || path === null || conflict) return;
  const { report } = current;
  const hash = reportHash(report);
  const unsaved = current.unsaved();
  if (unsaved === null) {
    useReport.setState({ save: 'saved' });
    return;
  }
  useReport.setState({ save: 'saving' });
  saving = (async () => {
    try {
      const { base, entries, position } = unsaved;
      const { version } = await client.reports.save({ path, report, after: [...taken], base, entries: [...entries], position });
      current.markSaved(unsaved);
      if (current === history) {
        taken = new Set([version]);
        useReport.setState({ save: current.unsaved() === null ? 'saved' : 'unsaved' });
      }
    } catch (error) {
      // It may have been written all the same, and the answer lost.
      if (current === history) taken = new Set([...taken, hash]);
      const diagnostic = diagnosticOf(error);
      if (!isGivenUp(error) && diagnostic.code === 'edited-elsewhere') {
        useReport.setState({ save: 'failed', conflict: true });
        return;
      }
      useReport.setState({ save: 'failed' });
      if (!isGivenUp(error)) notify(diagnostic);
      // Offered again: at once after a restart of the engine, else after a pause; never where another has the project.
      if (isGivenUp(error) || diagnostic.code !== 'read-only') saveSoon(isGivenUp(error) ? saveDelay : 3000);
    }
  })();
  await saving;
  saving = null;
}

/** Writes what is unsaved now. */
export async function flushReport(): Promise<void> {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  await saving;
  if (history !== null && history.unsaved() !== null) await store();
}

/** Goes on from what the report was changed into elsewhere; with `keep`, what was done here stays as a copy. */
export async function loadOther(keep: boolean): Promise<void> {
  const { path, report } = useReport.getState();
  if (path === null || report === null) return;
  try {
    if (keep) await client.reports.create({ title: texts.reports.copyOf(report.title).slice(0, 200), like: report });
    useReport.setState({ conflict: false });
    history = null;
    await openReport(path);
  } catch (error) {
    notify(diagnosticOf(error));
  }
}
