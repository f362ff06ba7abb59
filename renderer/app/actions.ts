import { notify } from '../state/notices.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { cancelRun, isRunning, startRun, useRun } from '../state/run.ts';
import { primaryNode, select, useSelection } from '../state/selection.ts';
import { showDock, showInspector, useView, type PageName } from '../state/view.ts';
import { useTheme, whyNot, type Permission } from '../ui/index.ts';
import { openAddBefore, openInsert, openQuickAdd, openReplace } from '../canvas/adding.ts';
import * as canvas from '../canvas/actions.ts';
import * as arranging from '../canvas/arranging.ts';
import * as subflows from '../canvas/subflows.ts';
import { choose, fitView, openFind, rememberFocus, zoomIn, zoomOut, zoomTo } from '../canvas/canvas-store.ts';
import { focusPorts } from '../canvas/port-focus.ts';
import { viewPort } from '../canvas/results-port.ts';
import { toggleDescription } from '../description/description-store.ts';
import * as views from '../dock/views.ts';
import { resetLayout } from '../dock/reset.ts';
import { firstEditable, firstField } from '../inspector/first-field.ts';
import { closeHistory, toggleHistory } from '../history/history-store.ts';
import { toggleOutline } from '../outline/outline-store.ts';
import { goToPart } from './parts.ts';
import { tearOff } from '../windows/torn.ts';
import { createReport, reportOfRun } from '../reports/making.ts';
import { addShownToReport } from '../reports/view-adding.ts';
import { askForTrust, useTrust } from '../trust/trust-store.ts';
import { startTour } from '../tour/tour-store.ts';
import { showTemplates } from '../templates/templates-store.ts';
import type { ActionId } from './shortcuts.ts';
import { canStep, stepHere } from './undo-here.ts';
import { texts } from '../text/texts.ts';

/** Text that was copied here last, for the menu's Paste where the clipboard may not be read. */
let copied: string | null = null;

export function rememberCopied(text: string): void {
  copied = text;
}

async function copyToClipboard(): Promise<boolean> {
  const text = canvas.copySelection();
  if (text === null) return false;
  copied = text;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Kept in memory; pasting inside the window still works.
  }
  return true;
}

async function pasteFromClipboard(): Promise<void> {
  const text = await navigator.clipboard.readText().catch(() => copied);
  if (text === null || !canvas.pasteText(text)) notify({ severity: 'info', message: texts.app.noNodesOnClipboard });
}

const hasNodes = () => useSelection.getState().nodes.length > 0;
const hasNotes = () => useSelection.getState().notes.length > 0;
const hasAny = () => {
  const { nodes, edges, notes, groups } = useSelection.getState();
  return nodes.length + edges.length + notes.length + groups.length > 0;
};
const running = () => isRunning(useRun.getState());
const page = (name: PageName) => () => useView.setState({ page: name });

const chooseFor = (list: 'fitting' | 'present' | 'group'): void => {
  const nodeId = primaryNode(useSelection.getState());
  if (nodeId !== null) choose({ list, nodeId });
};

interface ActionRun {
  readonly run: () => void;
  readonly enabled?: () => boolean;
  /** By a key it runs all the same, and says why nothing happens. */
  readonly says?: true;
}

const runs: Readonly<Record<ActionId, ActionRun>> = {
  'run.selected': { run: () => void startRun(hasNodes() ? { to: useSelection.getState().nodes } : {}), enabled: () => !running() },
  'run.all': { run: () => void startRun(), enabled: () => !running() },
  'run.cancel': { run: () => void cancelRun(), enabled: running },
  'run.force': {
    run: () => {
      const { nodes } = useSelection.getState();
      void startRun({ to: nodes, force: nodes });
    },
    enabled: () => hasNodes() && !running(),
  },

  'edit.undo': { run: () => stepHere('undo'), enabled: () => canStep('undo'), says: true },
  'edit.redo': { run: () => stepHere('redo'), enabled: () => canStep('redo'), says: true },
  'edit.add': { run: addHere },
  'edit.addBefore': { run: openAddBefore, enabled: hasNodes },
  'edit.connectTo': { run: () => chooseFor('fitting'), enabled: hasNodes },
  'edit.connections': { run: () => chooseFor('present'), enabled: hasNodes },
  'edit.moveToGroup': { run: () => chooseFor('group'), enabled: hasNodes },
  'edit.configure': { run: configure, enabled: () => hasNodes() || hasNotes() },
  'edit.cardParams': { run: canvas.showCardParams, enabled: hasNodes },
  'edit.comment': { run: canvas.commentSelected, enabled: hasNodes },
  'edit.rename': { run: canvas.renameSelected, enabled: () => hasNodes() || hasNotes() || arranging.hasGroup() },
  'edit.connect': { run: canvas.connectSelection, enabled: hasNodes },
  'edit.duplicate': { run: canvas.duplicateSelection, enabled: hasAny },
  'edit.bypass': { run: canvas.toggleBypass, enabled: hasNodes },
  'edit.delete': { run: canvas.deleteSelection, enabled: hasAny },
  'edit.deleteReconnect': { run: canvas.deleteAndReconnect, enabled: hasNodes },
  'edit.copy': { run: () => void copyToClipboard(), enabled: hasAny },
  'edit.cut': { run: () => void copyToClipboard().then((done) => done && canvas.deleteSelection()), enabled: hasAny },
  'edit.paste': { run: () => void pasteFromClipboard() },
  'edit.note': { run: canvas.addNote },
  'edit.group': { run: arranging.groupSelection, enabled: hasNodes },
  'edit.ungroup': { run: arranging.ungroupSelection, enabled: arranging.hasGroup },
  'edit.collapse': { run: arranging.toggleCollapse, enabled: () => hasNodes() || arranging.hasGroup() },
  'subflow.toggle': { run: subflows.toggleSubflow, enabled: () => hasNodes() || arranging.hasGroup() },
  'subflow.open': { run: subflows.openSelected, enabled: () => subflows.selectedSubflow() !== null },
  'subflow.leave': { run: () => subflows.leaveSubflow(), enabled: subflows.isInside },
  'subflow.input': { run: () => subflows.addBoundary('input'), enabled: subflows.isInside },
  'subflow.output': { run: () => subflows.addBoundary('output'), enabled: subflows.isInside },
  'edit.fitGroup': { run: arranging.fitGroups, enabled: arranging.hasGroup },
  'edit.replace': { run: openReplace, enabled: () => useSelection.getState().nodes.length === 1 },
  'edit.nudgeLeft': { run: () => canvas.nudge(-1, 0), enabled: hasAny },
  'edit.nudgeRight': { run: () => canvas.nudge(1, 0), enabled: hasAny },
  'edit.nudgeUp': { run: () => canvas.nudge(0, -1), enabled: hasAny },
  'edit.nudgeDown': { run: () => canvas.nudge(0, 1), enabled: hasAny },

  'arrange.left': { run: arranging.alignSelection('left') },
  'arrange.centre': { run: arranging.alignSelection('centre') },
  'arrange.right': { run: arranging.alignSelection('right') },
  'arrange.top': { run: arranging.alignSelection('top') },
  'arrange.middle': { run: arranging.alignSelection('middle') },
  'arrange.bottom': { run: arranging.alignSelection('bottom') },
  'arrange.across': { run: arranging.distributeSelection('across') },
  'arrange.down': { run: arranging.distributeSelection('down') },

  'edit.selectAll': { run: canvas.selectAll },
  'select.none': { run: () => select({}) },
  'select.upstream': { run: canvas.selectUpstream, enabled: hasNodes },
  'select.downstream': { run: canvas.selectDownstream, enabled: hasNodes },
  'select.left': { run: () => canvas.walk('left') },
  'select.right': { run: () => canvas.walk('right') },
  'select.up': { run: () => canvas.walk('up') },
  'select.down': { run: () => canvas.walk('down') },
  'select.ports': { run: focusPorts, enabled: hasNodes },
  'select.find': {
    run: () => {
      useView.setState({ page: 'canvas' });
      openFind();
    },
  },

  'view.result': { run: () => viewPort(0), enabled: hasNodes },
  'view.fit': { run: () => fitView(useSelection.getState().nodes.length > 1 ? useSelection.getState().nodes : undefined) },
  'view.actual': { run: () => zoomTo(1) },
  'view.zoomIn': { run: zoomIn },
  'view.zoomOut': { run: zoomOut },
  'view.tidy': { run: canvas.tidy },
  'view.minimap': { run: () => useView.setState((state) => ({ minimap: !state.minimap })) },
  'view.catalogue': { run: () => useView.setState((state) => ({ catalogueOpen: !state.catalogueOpen, page: 'canvas' })) },
  'view.history': { run: toggleHistory, enabled: () => usePipeline.getState().document !== null },
  'view.outline': { run: toggleOutline, enabled: () => usePipeline.getState().document !== null },
  'view.nextPart': { run: () => goToPart(1) },
  'view.previousPart': { run: () => goToPart(-1) },
  'view.inspector': { run: () => useView.setState((state) => ({ inspectorOpen: !state.inspectorOpen, page: 'canvas' })) },
  'view.dock': { run: views.toggleResults },
  'view.keep': { run: () => views.keepOpen(), enabled: views.hasView },
  'view.splitRight': { run: () => views.splitView('right'), enabled: views.hasView },
  'view.splitDown': { run: () => views.splitView('bottom'), enabled: views.hasView },
  'view.enlarge': { run: () => views.toggleEnlarged(), enabled: views.hasView },
  'view.toRight': { run: () => views.moveView('right'), enabled: views.hasView },
  'view.toBottom': { run: () => views.moveView('bottom'), enabled: views.hasView },
  'view.tearOff': { run: () => tearOff(), enabled: views.hasView },
  'view.next': { run: views.focusNextPlace },
  'view.close': { run: () => views.closeView(), enabled: views.hasView },
  'view.openTable': { run: () => showDock('table') },
  'view.openCharts': { run: () => showDock('charts') },
  'view.openLog': { run: () => showDock('log') },
  'view.openProblems': { run: () => showDock('problems') },
  'view.resetLayout': { run: resetLayout },
  'view.theme': { run: () => useTheme.getState().choose(useTheme.getState().theme === 'dark' ? 'light' : 'dark') },
  'page.canvas': { run: page('canvas') },
  'page.brief': { run: page('brief') },
  'page.data': { run: page('data') },
  'page.runs': { run: page('runs') },
  'page.features': { run: page('features') },
  'page.models': { run: page('models') },
  'project.trust': { run: askForTrust, enabled: () => useTrust.getState().report?.restricted === true },
  'page.settings': { run: page('settings') },
  'page.monitors': { run: page('monitors') },
  'page.automation': { run: page('automation') },
  'page.serving': { run: page('serving') },
  'page.reports': { run: page('reports') },
  'page.trace': { run: page('trace') },

  'pipeline.new': { run: showTemplates },
  'pipeline.rename': { run: () => focusSoon('[data-testid="pipeline-title"]') },
  'report.add': { run: addShownToReport, enabled: () => usePipeline.getState().document !== null },
  'report.ofRun': { run: () => void reportOfRun(), enabled: () => usePipeline.getState().document !== null },
  'report.new': { run: () => void createReport() },
  'catalogue.search': {
    run: () => {
      if (useView.getState().historyOpen) closeHistory();
      useView.setState({ catalogueOpen: true, outlineOpen: false, page: 'canvas' });
      focusSoon('[data-testid="catalogue-search"]');
    },
  },

  'palette.open': { run: () => useView.setState((state) => ({ paletteOpen: !state.paletteOpen })) },
  'help.tour': { run: () => void startTour() },
  'help.describe': { run: toggleDescription, enabled: () => usePipeline.getState().document !== null },
  'help.node': { run: () => (primaryNode(useSelection.getState()) === null ? useView.setState({ cheatSheetOpen: true }) : showInspector('about')) },
  'help.keys': { run: () => useView.setState({ cheatSheetOpen: true }) },
};

/** Edits by other names. */
const edits = new Set<ActionId>(['subflow.toggle', 'subflow.input', 'subflow.output', 'view.tidy', 'pipeline.new', 'pipeline.rename', 'report.add', 'report.ofRun', 'report.new']);
/** Called “edit”, but nothing is changed. */
const looks = new Set<ActionId>(['edit.copy', 'edit.selectAll', 'edit.configure', 'edit.cardParams', 'edit.connections']);

/** What an action needs where people have roles. */
export function actionNeeds(id: ActionId): Permission | undefined {
  if (looks.has(id)) return undefined;
  if (id.startsWith('run.')) return 'run';
  return id.startsWith('edit.') || id.startsWith('arrange.') || edits.has(id) ? 'edit' : undefined;
}

export function runAction(id: ActionId): void {
  const why = whyNot(actionNeeds(id));
  // By a key: what is shown disabled says it there.
  if (why !== null) return notify({ severity: 'info', message: why });
  const action = runs[id];
  if (action.says === true || (action.enabled?.() ?? true)) action.run();
}

export function isEnabled(id: ActionId): boolean {
  return whyNot(actionNeeds(id)) === null && (runs[id].enabled?.() ?? true);
}

function focusSoon(selector: string): void {
  // The element may only just be about to appear.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const element = document.querySelector<HTMLElement>(selector);
      element?.focus();
      if (element instanceof HTMLInputElement) element.select();
    }),
  );
}

/** Into the first parameter, once its editor is loaded; to the tabs where a node has none. */
function focusFirstField(framesLeft = 60): void {
  requestAnimationFrame(() => {
    const body = document.querySelector('[data-testid="inspector-body"]');
    const form = body?.querySelector('[role="tabpanel"]') ?? null;
    const target = form === null ? null : (firstField(form) ?? firstEditable(form));
    // The inspector itself may only just be about to show this node.
    if (target && framesLeft < 59) target.focus();
    else if (framesLeft > 0) focusFirstField(framesLeft - 1);
    else body?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  });
}

/** After the selected node, into the selected connection, else where the pointer is. */
function addHere(): void {
  const { edges } = useSelection.getState();
  const edge = hasNodes() || edges.length !== 1 ? undefined : usePipeline.getState().document?.edges.find(({ id }) => id === edges[0]);
  if (edge) openInsert(edge);
  else openQuickAdd(hasNodes() ? 'selection' : 'pointer');
}

function configure(): void {
  // A note is written on the canvas.
  if (!hasNodes()) return canvas.renameSelected();
  rememberFocus();
  showInspector('parameters');
  focusFirstField();
}

export async function newPipeline(title = texts.common.untitled): Promise<void> {
  try {
    const { path } = await client.pipeline.create({ title });
    await openPipeline(path);
    useView.setState({ page: 'canvas' });
  } catch (error) {
    notify(diagnosticOf(error));
  }
}
