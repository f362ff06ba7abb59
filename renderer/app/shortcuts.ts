import { texts } from '../text/texts.ts';
/** Every command of the app with its keys: the one table behind keys, tooltips, menus, the palette and the cheat sheet. */

export type ActionGroup = 'Run' | 'Edit' | 'Arrange' | 'Select' | 'View' | 'Pipeline' | 'Help';

/** `everywhere`: also while typing in a field. `page`: not while typing. `canvas`: only with the canvas shown, not while typing. */
export type ActionScope = 'everywhere' | 'page' | 'canvas';

export interface ActionSpec {
  readonly title: string;
  readonly group: ActionGroup;
  readonly scope: ActionScope;
  /** All are accepted; the first is shown. A space separates keys pressed after one another. */
  readonly keys: readonly string[];
  /** Left to the browser's own event (copy, cut, paste), or found on the canvas only. */
  readonly native?: boolean;
  /** Not offered in the palette. */
  readonly quiet?: boolean;
}

const table = {
  'run.selected': { title: texts.app.actions.runSelected, group: 'Run', scope: 'everywhere', keys: ['F7', 'Ctrl+Enter'] },
  'run.all': { title: texts.app.actions.runAll, group: 'Run', scope: 'everywhere', keys: ['Shift+F7'] },
  'run.cancel': { title: texts.app.actions.cancelRun, group: 'Run', scope: 'everywhere', keys: ['F9', 'Ctrl+Alt+Enter'] },
  'run.force': { title: texts.app.actions.reset, group: 'Run', scope: 'everywhere', keys: ['F8'] },

  'edit.undo': { title: texts.app.actions.undo, group: 'Edit', scope: 'page', keys: ['Ctrl+Z'] },
  'edit.redo': { title: texts.app.actions.redo, group: 'Edit', scope: 'page', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'] },
  'edit.add': { title: texts.app.actions.addNode, group: 'Edit', scope: 'canvas', keys: ['Tab', 'Space', 'Ctrl+.'] },
  'edit.addBefore': { title: texts.app.actions.addBefore, group: 'Edit', scope: 'canvas', keys: ['Alt+B'] },
  'edit.configure': { title: texts.app.actions.configure, group: 'Edit', scope: 'canvas', keys: ['F6', 'Enter'] },
  'edit.cardParams': { title: texts.app.actions.cardParams, group: 'Edit', scope: 'canvas', keys: ['Shift+Enter', 'Shift+F6'] },
  'edit.comment': { title: texts.app.actions.comment, group: 'Edit', scope: 'canvas', keys: ['Shift+F2'] },
  'edit.rename': { title: texts.app.actions.rename, group: 'Edit', scope: 'canvas', keys: ['F2'] },
  'edit.connect': { title: texts.app.actions.connect, group: 'Edit', scope: 'canvas', keys: ['Ctrl+L'] },
  'edit.connectTo': { title: texts.app.actions.connectTo, group: 'Edit', scope: 'canvas', keys: ['Alt+C'] },
  'edit.connections': { title: texts.app.actions.connections, group: 'Edit', scope: 'canvas', keys: ['Alt+E'] },
  'edit.duplicate': { title: texts.app.actions.duplicate, group: 'Edit', scope: 'canvas', keys: ['Ctrl+D'] },
  'edit.bypass': { title: texts.app.actions.bypass, group: 'Edit', scope: 'canvas', keys: ['Ctrl+B'] },
  'edit.delete': { title: texts.common.delete, group: 'Edit', scope: 'canvas', keys: ['Del', 'Backspace'] },
  'edit.deleteReconnect': { title: texts.app.actions.deleteReconnect, group: 'Edit', scope: 'canvas', keys: ['Ctrl+Del', 'Ctrl+Backspace'] },
  'edit.copy': { title: texts.common.copy, group: 'Edit', scope: 'canvas', keys: ['Ctrl+C'], native: true },
  'edit.cut': { title: texts.app.actions.cut, group: 'Edit', scope: 'canvas', keys: ['Ctrl+X'], native: true },
  'edit.paste': { title: texts.app.actions.paste, group: 'Edit', scope: 'canvas', keys: ['Ctrl+V'], native: true },
  'edit.note': { title: texts.app.actions.addNote, group: 'Edit', scope: 'canvas', keys: ['Ctrl+Shift+N'] },
  'edit.group': { title: texts.app.actions.group, group: 'Edit', scope: 'canvas', keys: ['Ctrl+G'] },
  'edit.ungroup': { title: texts.app.actions.ungroup, group: 'Edit', scope: 'canvas', keys: ['Ctrl+Shift+G'] },
  'edit.collapse': { title: texts.app.actions.collapse, group: 'Edit', scope: 'canvas', keys: ['Ctrl+Shift+J'] },
  'subflow.toggle': { title: texts.app.actions.subflow, group: 'Edit', scope: 'canvas', keys: ['Ctrl+J'] },
  'subflow.open': { title: texts.canvas.subflow.open, group: 'Edit', scope: 'canvas', keys: ['Ctrl+ArrowDown'] },
  'subflow.leave': { title: texts.canvas.subflow.leave, group: 'Edit', scope: 'canvas', keys: ['Ctrl+ArrowUp'] },
  'subflow.input': { title: texts.app.actions.addInput, group: 'Edit', scope: 'canvas', keys: [] },
  'subflow.output': { title: texts.app.actions.addOutput, group: 'Edit', scope: 'canvas', keys: [] },
  'edit.moveToGroup': { title: texts.app.actions.moveToGroup, group: 'Edit', scope: 'canvas', keys: ['Alt+G'] },
  'edit.fitGroup': { title: texts.app.actions.fitGroup, group: 'Edit', scope: 'canvas', keys: [] },
  'edit.replace': { title: texts.app.actions.replace, group: 'Edit', scope: 'canvas', keys: ['Alt+R'] },
  'edit.nudgeLeft': { title: texts.common.moveLeft, group: 'Edit', scope: 'canvas', keys: ['Alt+ArrowLeft'], quiet: true },
  'edit.nudgeRight': { title: texts.common.moveRight, group: 'Edit', scope: 'canvas', keys: ['Alt+ArrowRight'], quiet: true },
  'edit.nudgeUp': { title: texts.common.moveUp, group: 'Edit', scope: 'canvas', keys: ['Alt+ArrowUp'], quiet: true },
  'edit.nudgeDown': { title: texts.common.moveDown, group: 'Edit', scope: 'canvas', keys: ['Alt+ArrowDown'], quiet: true },

  'arrange.left': { title: texts.app.actions.alignLeft, group: 'Arrange', scope: 'canvas', keys: ['Alt+A'] },
  'arrange.centre': { title: texts.app.actions.alignCentres, group: 'Arrange', scope: 'canvas', keys: ['Alt+H'] },
  'arrange.right': { title: texts.app.actions.alignRight, group: 'Arrange', scope: 'canvas', keys: ['Alt+D'] },
  'arrange.top': { title: texts.app.actions.alignTop, group: 'Arrange', scope: 'canvas', keys: ['Alt+W'] },
  'arrange.middle': { title: texts.app.actions.alignMiddles, group: 'Arrange', scope: 'canvas', keys: ['Alt+V'] },
  // Not Alt+S: two keys that begin with it select upstream and downstream.
  'arrange.bottom': { title: texts.app.actions.alignBottom, group: 'Arrange', scope: 'canvas', keys: ['Alt+X'] },
  'arrange.across': { title: texts.app.actions.across, group: 'Arrange', scope: 'canvas', keys: ['Alt+Shift+H'] },
  'arrange.down': { title: texts.app.actions.down, group: 'Arrange', scope: 'canvas', keys: ['Alt+Shift+V'] },
  'view.tidy': { title: texts.app.actions.tidy, group: 'Arrange', scope: 'canvas', keys: ['Shift+A'] },

  'edit.selectAll': { title: texts.app.actions.selectAll, group: 'Select', scope: 'canvas', keys: ['Ctrl+A'] },
  'select.none': { title: texts.app.actions.selectNothing, group: 'Select', scope: 'canvas', keys: ['Escape'], quiet: true },
  'select.upstream': { title: texts.app.actions.upstream, group: 'Select', scope: 'canvas', keys: ['Alt+S U'] },
  'select.downstream': { title: texts.app.actions.downstream, group: 'Select', scope: 'canvas', keys: ['Alt+S D'] },
  'select.left': { title: texts.app.actions.before, group: 'Select', scope: 'canvas', keys: ['ArrowLeft'], quiet: true },
  'select.right': { title: texts.app.actions.after, group: 'Select', scope: 'canvas', keys: ['ArrowRight'], quiet: true },
  'select.up': { title: texts.app.actions.above, group: 'Select', scope: 'canvas', keys: ['ArrowUp'], quiet: true },
  'select.down': { title: texts.app.actions.below, group: 'Select', scope: 'canvas', keys: ['ArrowDown'], quiet: true },
  'select.ports': { title: texts.app.actions.ports, group: 'Select', scope: 'canvas', keys: ['Alt+P'] },
  'select.find': { title: texts.app.actions.find, group: 'Select', scope: 'everywhere', keys: ['Ctrl+F'] },

  'view.result': { title: texts.app.actions.viewResult, group: 'View', scope: 'canvas', keys: ['F10'] },
  'view.fit': { title: texts.app.actions.fit, group: 'View', scope: 'canvas', keys: ['Ctrl+2', '.'] },
  'view.actual': { title: texts.app.actions.zoom100, group: 'View', scope: 'canvas', keys: ['Ctrl+0'] },
  'view.zoomIn': { title: texts.app.actions.zoomIn, group: 'View', scope: 'canvas', keys: ['Ctrl+=', 'Ctrl++'] },
  'view.zoomOut': { title: texts.app.actions.zoomOut, group: 'View', scope: 'canvas', keys: ['Ctrl+-'] },
  'view.minimap': { title: texts.app.actions.minimap, group: 'View', scope: 'canvas', keys: ['Ctrl+M'] },
  'view.catalogue': { title: texts.app.actions.catalogue, group: 'View', scope: 'page', keys: ['Ctrl+Shift+1'] },
  'view.history': { title: texts.app.actions.history, group: 'View', scope: 'page', keys: ['Ctrl+Shift+H'] },
  'view.outline': { title: texts.app.actions.outline, group: 'View', scope: 'page', keys: ['Ctrl+Shift+O'] },
  'view.inspector': { title: texts.app.actions.inspector, group: 'View', scope: 'page', keys: ['Ctrl+Shift+2'] },
  'view.dock': { title: texts.app.actions.dock, group: 'View', scope: 'page', keys: ['Ctrl+Shift+3'] },
  'view.keep': { title: texts.views.actions.keep, group: 'View', scope: 'page', keys: ['Ctrl+Shift+K'] },
  // The second is how keyboards write it on which the backslash needs AltGr.
  'view.splitRight': { title: texts.views.actions.splitRight, group: 'View', scope: 'page', keys: ['Ctrl+\\', 'Ctrl+Alt+\\'] },
  'view.splitDown': { title: texts.views.actions.splitDown, group: 'View', scope: 'page', keys: ['Ctrl+|'] },
  'view.enlarge': { title: texts.views.actions.enlarge, group: 'View', scope: 'page', keys: ['Ctrl+Shift+F'] },
  'view.toRight': { title: texts.views.actions.toRight, group: 'View', scope: 'page', keys: [] },
  'view.toBottom': { title: texts.views.actions.toBottom, group: 'View', scope: 'page', keys: [] },
  'view.tearOff': { title: texts.views.actions.tearOff, group: 'View', scope: 'page', keys: ['Ctrl+Alt+O'] },
  'view.next': { title: texts.views.actions.next, group: 'View', scope: 'page', keys: ['Alt+N', 'Ctrl+`'] },
  'view.close': { title: texts.views.actions.close, group: 'View', scope: 'page', keys: ['Ctrl+Alt+W'] },
  'view.openTable': { title: texts.views.actions.openTable, group: 'View', scope: 'page', keys: [] },
  'view.openCharts': { title: texts.views.actions.openCharts, group: 'View', scope: 'page', keys: [] },
  'view.openLog': { title: texts.views.actions.openLog, group: 'View', scope: 'page', keys: [] },
  'view.openProblems': { title: texts.views.actions.openProblems, group: 'View', scope: 'page', keys: [] },
  'view.resetLayout': { title: texts.views.actions.resetLayout, group: 'View', scope: 'page', keys: [] },
  'view.theme': { title: texts.app.actions.theme, group: 'View', scope: 'page', keys: [] },
  'view.nextPart': { title: texts.app.actions.nextPart, group: 'View', scope: 'everywhere', keys: ['Ctrl+F6'] },
  'view.previousPart': { title: texts.app.actions.previousPart, group: 'View', scope: 'everywhere', keys: ['Ctrl+Shift+F6'] },
  'page.canvas': { title: texts.common.goToCanvas, group: 'View', scope: 'page', keys: ['Alt+1'] },
  'page.brief': { title: texts.brief.page, group: 'View', scope: 'page', keys: ['Alt+0'] },
  'page.data': { title: texts.app.actions.data, group: 'View', scope: 'page', keys: ['Alt+2'] },
  'page.features': { title: texts.features.page, group: 'View', scope: 'page', keys: [] },
  'page.runs': { title: texts.app.actions.runs, group: 'View', scope: 'page', keys: ['Alt+3'] },
  'page.models': { title: texts.app.actions.models, group: 'View', scope: 'page', keys: ['Alt+4'] },
  'page.settings': { title: texts.app.actions.settings, group: 'View', scope: 'page', keys: ['Alt+5'] },
  'page.monitors': { title: texts.monitors.page, group: 'View', scope: 'page', keys: ['Alt+8'] },
  'page.automation': { title: texts.automation.page, group: 'View', scope: 'page', keys: ['Alt+9'] },
  'page.serving': { title: texts.serving.page, group: 'View', scope: 'page', keys: ['Alt+7'] },
  'page.reports': { title: texts.reports.page, group: 'View', scope: 'page', keys: ['Alt+6'] },
  'page.trace': { title: texts.trace.page, group: 'View', scope: 'page', keys: ['Alt+Shift+T'] },

  'project.trust': { title: texts.trust.trustThis, group: 'Pipeline', scope: 'page', keys: [] },
  'pipeline.new': { title: texts.app.actions.newPipeline, group: 'Pipeline', scope: 'page', keys: ['Ctrl+Alt+N'] },
  'pipeline.rename': { title: texts.app.actions.renamePipeline, group: 'Pipeline', scope: 'page', keys: [] },
  'report.add': { title: texts.reports.addShown, group: 'Pipeline', scope: 'page', keys: ['Ctrl+Alt+R'] },
  'report.ofRun': { title: texts.reports.reportOfPipeline, group: 'Pipeline', scope: 'page', keys: [] },
  'report.new': { title: texts.reports.newReport, group: 'Pipeline', scope: 'page', keys: [] },
  'catalogue.search': { title: texts.app.actions.search, group: 'Pipeline', scope: 'page', keys: ['/'] },

  'palette.open': { title: texts.app.actions.palette, group: 'Help', scope: 'everywhere', keys: ['Ctrl+K', 'Ctrl+Shift+P'] },
  'help.tour': { title: texts.help.tour.title, group: 'Help', scope: 'page', keys: [] },
  'help.describe': { title: texts.help.describe, group: 'Help', scope: 'page', keys: ['Ctrl+Alt+D'] },
  'help.node': { title: texts.app.actions.help, group: 'Help', scope: 'everywhere', keys: ['F1'] },
  'help.keys': { title: texts.app.actions.keys, group: 'Help', scope: 'page', keys: ['?'] },
} as const satisfies Record<string, ActionSpec>;

export type ActionId = keyof typeof table;

export const actionTable: Readonly<Record<ActionId, ActionSpec>> = table;
export const actionIds = Object.keys(table) as readonly ActionId[];
export const actionGroups: readonly ActionGroup[] = ['Run', 'Edit', 'Arrange', 'Select', 'View', 'Pipeline', 'Help'];

export function isActionId(text: string): text is ActionId {
  return Object.hasOwn(table, text);
}

/** The keys to show for an action. */
export function keysOf(id: ActionId): string | undefined {
  return actionTable[id].keys[0];
}

export interface KeyStroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** A pressed key as the table writes it: `Ctrl+Shift+Z`, `?`, `Alt+S`. Ctrl and Command are one. */
export function chordOf(event: KeyStroke): string {
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const base = letter ?? (digit && (event.ctrlKey || event.metaKey || event.altKey) ? digit : (names[event.key] ?? event.key));
  // A sign made with Shift (`?`) is that sign, not Shift and another.
  const isSign = base.length === 1 && !/[A-Z0-9 ]/.test(base);
  const parts = [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.altKey ? 'Alt' : '', event.shiftKey && !isSign ? 'Shift' : '', base];
  return parts.filter(Boolean).join('+');
}

const names: Readonly<Record<string, string>> = { ' ': 'Space', Delete: 'Del', Esc: 'Escape' };

/** The action a chord means; `after` is a first chord (`Alt+S`) that was pressed just before. */
export function actionFor(chord: string, after: string | null): ActionId | null {
  const sequence = after === null ? chord : `${after} ${chord}`;
  // The second key of a sequence may keep its modifier held.
  const bare = after === null ? null : `${after} ${chord.split('+').at(-1) ?? ''}`;
  return actionIds.find((id) => actionTable[id].keys.some((keys) => keys === sequence || keys === bare)) ?? null;
}

const prefixes = new Set(actionIds.flatMap((id) => actionTable[id].keys.flatMap((keys) => (keys.includes(' ') ? [keys.split(' ')[0]] : []))));

export function isPrefix(chord: string): boolean {
  return prefixes.has(chord);
}
