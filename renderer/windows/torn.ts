import { desktop } from '../rpc/desktop.ts';
import { revealNode } from '../canvas/canvas-store.ts';
import { isView, pinnedTab } from '../dock/layout.ts';
import { rememberTorn, useMemory, type TornView } from '../dock/memory.ts';
import { addToResults, closeView, newViewId, pinOf, viewFor } from '../dock/views.ts';
import { traceColumn, traceRow } from '../state/lineage.ts';
import { notify } from '../state/notices.ts';
import { editRoot, usePipeline } from '../state/pipeline.ts';
import { isRunning, joinRun, runPipeline, useRun } from '../state/run.ts';
import { select } from '../state/selection.ts';
import { useSlices } from '../state/slices.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { openLink, type Link, type Message } from './link.ts';

/** The main window's side of views in windows of their own: opens them, tells them what happens, and does what they ask for. */

/** Edits of a burst are told together, this many ms after the first. */
const tellDelay = 60;
/** Windows that were open before a reload answer within this time, in ms. */
const answerTime = 600;
const firstSize = { width: 720, height: 520 };

let link: Link | null = null;
const alive = new Set<string>();
let leaving = false;

function ownerId(): string {
  const key = 'penstock.owner';
  const known = sessionStorage.getItem(key);
  if (known !== null) return known;
  const fresh = crypto.randomUUID();
  sessionStorage.setItem(key, fresh);
  return fresh;
}

/** Moves a view into a window of its own. One that follows the selection stays, and its node goes along. */
export function tearOff(id?: string): void {
  const tab = viewFor(id);
  if (tab === null || !isView(tab.data)) return;
  const pin = tab.data.kind === 'problems' ? null : pinOf(tab.data);
  if (pin === null) {
    notify({ severity: 'info', message: texts.views.noNode, remedy: texts.views.noNodeRemedy });
    return;
  }
  const view: TornView = { id: newViewId(), kind: tab.data.kind, pin, bounds: null };
  // The window reads there what it shows.
  rememberTorn((torn) => [...torn, view]);
  if (!openWindow(view)) {
    rememberTorn((torn) => torn.filter((one) => one.id !== view.id));
    notify({ severity: 'warning', message: texts.views.window.blocked, remedy: texts.views.window.blockedRemedy });
    return;
  }
  if (tab.data.pin !== null) closeView(tab.id);
}

/** False where the browser would not open it. */
function openWindow(view: TornView): boolean {
  const page = `?view=${encodeURIComponent(view.id)}&owner=${ownerId()}`;
  const shell = desktop();
  if (shell) {
    void shell.openView({ id: view.id, page, bounds: view.bounds });
    return true;
  }
  const { width, height } = view.bounds ?? firstSize;
  const place = view.bounds ? `,left=${view.bounds.x},top=${view.bounds.y}` : '';
  return window.open(`/${page}`, view.id, `popup,width=${width},height=${height}${place}`) !== null;
}

function forget(id: string): void {
  alive.delete(id);
  rememberTorn((torn) => torn.filter((view) => view.id !== id));
}

/** Takes up the windows of the last time: those still open report, the others are opened again where they were. */
function restore(): void {
  alive.clear();
  link?.post({ type: 'main' });
  setTimeout(() => {
    const missing = useMemory.getState().torn.filter((view) => !alive.has(view.id));
    const blocked = missing.filter((view) => !openWindow(view));
    if (blocked.length === 0) return;
    // A browser opens windows only when a person asks.
    notify({
      severity: 'info',
      message: texts.views.window.were(blocked.length),
      action: { label: texts.views.window.openAgain, run: () => blocked.forEach((view) => openWindow(view)) },
    });
  }, answerTime);
}

function onMessage(message: Message): void {
  const { path } = usePipeline.getState();
  switch (message.type) {
    case 'hello':
      alive.add(message.id);
      tell();
      return;
    case 'bounds':
      rememberTorn((torn) => torn.map((view) => (view.id === message.id ? { ...view, bounds: message.bounds } : view)));
      return;
    case 'port':
      rememberTorn((torn) => torn.map((view) => (view.id === message.id ? { ...view, pin: { ...view.pin, port: message.port } } : view)));
      return;
    case 'dock': {
      const { id, kind, pin } = message.view;
      forget(id);
      addToResults(pinnedTab(id, kind, pin));
      window.focus();
      return;
    }
    case 'closed':
      // Of a reload the window comes back; when this window goes, they all go and are remembered. The desktop says itself what was closed.
      alive.delete(message.id);
      if (!desktop()) setTimeout(() => !leaving && !alive.has(message.id) && forget(message.id), answerTime);
      return;
    case 'edit':
      if (message.path === path) editRoot(message.command, message.options);
      return;
    case 'select':
      if (message.path !== path) return;
      useView.setState({ page: 'canvas' });
      select({ nodes: message.nodes });
      if (message.nodes[0] !== undefined) revealNode(message.nodes[0]);
      return;
    case 'trace':
      if (message.path !== path) return;
      useView.setState({ page: 'canvas' });
      if (message.row) traceRow(message.row);
      else traceColumn(message.column);
      return;
    case 'run':
      if (message.document.id === usePipeline.getState().root?.id) joinRun(message.runId, message.document);
      return;
    case 'slices':
      if (message.path !== path) return;
      useSlices.setState({ slices: message.slices });
      return;
    default:
  }
}

/** Tells the windows what is open and selected here. */
function tell(): void {
  if (alive.size === 0 || !link) return;
  const { path, root } = usePipeline.getState();
  if (path === null || root === null) return;
  link.post({ type: 'document', path, document: root });
  link.post({ type: 'slices', path, slices: useSlices.getState().slices });
}

/** For the life of the main page; the windows are restored once its project and pipeline are known. */
export function startTornViews(opened: Promise<void>): void {
  link = openLink(ownerId(), onMessage);
  let timer: ReturnType<typeof setTimeout> | null = null;
  usePipeline.subscribe((state, before) => {
    if (state.root === before.root || alive.size === 0) return;
    timer ??= setTimeout(() => {
      timer = null;
      tell();
    }, tellDelay);
  });
  useRun.subscribe((state, before) => {
    const document = runPipeline();
    if (state.runId === before.runId || state.runId === null || document === null || !isRunning(state)) return;
    // The windows know the document as it is run before they are told of the run.
    tell();
    link?.post({ type: 'run', runId: state.runId, document });
  });
  useSlices.subscribe((state, before) => {
    const { path } = usePipeline.getState();
    if (state.slices !== before.slices && path !== null && alive.size > 0) link?.post({ type: 'slices', path, slices: state.slices });
  });
  desktop()?.onViewClosed(forget);
  window.addEventListener('pagehide', () => {
    leaving = true;
    link?.post({ type: 'leaving' });
  });
  void opened.then(restore);
}
