import { create } from 'zustand';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { desktop } from '../rpc/desktop.ts';
import { useMemory, type Bounds, type TornView } from '../dock/memory.ts';
import { loadPackTypes } from '../state/packs.ts';
import { traceColumn, useLineage } from '../state/lineage.ts';
import { notify } from '../state/notices.ts';
import { followDocument, relayEdits, usePipeline } from '../state/pipeline.ts';
import { isRunning, joinRun, useRun } from '../state/run.ts';
import { select, useSelection } from '../state/selection.ts';
import { useSlices } from '../state/slices.ts';
import { texts } from '../text/texts.ts';
import { openLink, type Link, type Message } from './link.ts';

/** The side of a window that shows one view: it follows the main window, and has it do what changes the pipeline. */

/** The main window answers within this time, in ms; otherwise the pipeline is read from the project. */
const answerTime = 700;
/** After this time without the main window, in ms, this one closes: a reload is shorter. */
const patience = 4000;

interface ViewWindowStore {
  /** What this window shows; null: it is not known any more. */
  readonly view: TornView | null;
}

export const useViewWindow = create<ViewWindowStore>(() => ({ view: null }));

let link: Link | null = null;
/** The pipeline that the main window has open; null while it has not said. */
let mainPath: string | null = null;
let goodbye: ReturnType<typeof setTimeout> | null = null;
/** Selections that came from the main window: they are not told back. */
let told: unknown = null;

/** For the life of the page. @param owner the main window that opened it */
export function startViewWindow(id: string, owner: string): void {
  void loadPackTypes();
  const view = useMemory.getState().torn.find((one) => one.id === id) ?? null;
  useViewWindow.setState({ view });
  if (view === null) return;
  const { path } = view.pin;
  link = openLink(owner, onMessage);
  relayEdits((command, options) => {
    if (mainPath === path) link?.post({ type: 'edit', path, command, options });
    else notify({ severity: 'info', message: texts.views.window.notOpen, remedy: texts.views.window.notOpenRemedy(view.pin.pipeline) });
  });
  useSelection.subscribe(({ nodes }) => {
    if (nodes.length === 0) return;
    link?.post({ type: 'select', path, nodes });
    select({});
  });
  useLineage.subscribe(({ target, row }) => {
    if (target === null && row === null) return;
    link?.post({ type: 'trace', path, column: target, row });
    traceColumn(null);
  });
  useRun.subscribe((state, before) => {
    if (state.runId !== before.runId && state.runId !== null && state.document !== null && isRunning(state)) link?.post({ type: 'run', runId: state.runId, document: state.document });
  });
  useSlices.subscribe((state, before) => {
    if (state.slices !== before.slices && state.slices !== told && mainPath === path) link?.post({ type: 'slices', path, slices: state.slices });
  });
  reportBounds(id);
  window.addEventListener('pagehide', () => link?.post({ type: 'closed', id }));
  window.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() === 'w' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) window.close();
  });
  link.post({ type: 'hello', id });
  setTimeout(() => void readFromProject(path), answerTime);
}

function onMessage(message: Message): void {
  const { view } = useViewWindow.getState();
  if (view === null) return;
  switch (message.type) {
    case 'main':
      if (goodbye !== null) clearTimeout(goodbye);
      goodbye = null;
      link?.post({ type: 'hello', id: view.id });
      return;
    case 'leaving':
      mainPath = null;
      goodbye ??= setTimeout(() => window.close(), patience);
      return;
    case 'document':
      mainPath = message.path;
      if (message.path === view.pin.path) followDocument(message.path, message.document);
      return;
    case 'run':
      if (message.document.id === usePipeline.getState().root?.id) joinRun(message.runId, message.document);
      return;
    case 'slices':
      if (message.path !== view.pin.path) return;
      told = message.slices;
      useSlices.setState({ slices: message.slices });
      return;
    default:
  }
}

/** Where the main window is away or has another pipeline open. */
async function readFromProject(path: string): Promise<void> {
  if (usePipeline.getState().document !== null) return;
  try {
    const { document } = await client.pipeline.open({ path });
    if (usePipeline.getState().document === null) followDocument(path, document);
  } catch (error) {
    if (isGivenUp(error)) void readFromProject(path);
    else usePipeline.setState({ openError: diagnosticOf(error) });
  }
}

export function choosePortHere(port: string): void {
  const { view } = useViewWindow.getState();
  if (view === null) return;
  useViewWindow.setState({ view: { ...view, pin: { ...view.pin, port } } });
  link?.post({ type: 'port', id: view.id, port });
}

/** Back into the main window. */
export function dockHere(): void {
  const { view } = useViewWindow.getState();
  if (view !== null) link?.post({ type: 'dock', view });
  window.close();
}

const moved = (a: Bounds, b: Bounds): boolean => a.x !== b.x || a.y !== b.y || a.width !== b.width || a.height !== b.height;

/** Windows do not say when they are moved, so it is looked at where that may have been: on resizing, and when the pointer or the focus comes and goes. */
function reportBounds(id: string): void {
  // The desktop sets the window's outer size, a browser the inner one.
  const now = (): Bounds => ({ x: window.screenX, y: window.screenY, width: desktop() ? window.outerWidth : window.innerWidth, height: desktop() ? window.outerHeight : window.innerHeight });
  let last = now();
  const report = (): void => {
    const bounds = now();
    if (!moved(bounds, last)) return;
    last = bounds;
    link?.post({ type: 'bounds', id, bounds });
  };
  link?.post({ type: 'bounds', id, bounds: last });
  for (const type of ['resize', 'blur', 'focus', 'pagehide'] as const) window.addEventListener(type, report);
  document.documentElement.addEventListener('pointerenter', report);
  document.documentElement.addEventListener('pointerleave', report);
}
