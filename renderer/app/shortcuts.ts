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
  'run.selected': { title: 'Run selected', group: 'Run', scope: 'everywhere', keys: ['F7', 'Ctrl+Enter'] },
  'run.all': { title: 'Run all', group: 'Run', scope: 'everywhere', keys: ['Shift+F7'] },
  'run.cancel': { title: 'Cancel run', group: 'Run', scope: 'everywhere', keys: ['F9', 'Ctrl+Alt+Enter'] },
  'run.force': { title: 'Reset and run again', group: 'Run', scope: 'everywhere', keys: ['F8'] },

  'edit.undo': { title: 'Undo', group: 'Edit', scope: 'page', keys: ['Ctrl+Z'] },
  'edit.redo': { title: 'Redo', group: 'Edit', scope: 'page', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'] },
  'edit.add': { title: 'Add node…', group: 'Edit', scope: 'canvas', keys: ['Tab', 'Space', 'Ctrl+.'] },
  'edit.configure': { title: 'Configure node', group: 'Edit', scope: 'canvas', keys: ['F6', 'Enter'] },
  'edit.rename': { title: 'Rename node', group: 'Edit', scope: 'canvas', keys: ['F2'] },
  'edit.connect': { title: 'Connect selected nodes', group: 'Edit', scope: 'canvas', keys: ['Ctrl+L'] },
  'edit.duplicate': { title: 'Duplicate', group: 'Edit', scope: 'canvas', keys: ['Ctrl+D'] },
  'edit.bypass': { title: 'Bypass', group: 'Edit', scope: 'canvas', keys: ['Ctrl+B'] },
  'edit.delete': { title: 'Delete', group: 'Edit', scope: 'canvas', keys: ['Del', 'Backspace'] },
  'edit.deleteReconnect': { title: 'Delete and reconnect', group: 'Edit', scope: 'canvas', keys: ['Ctrl+Del', 'Ctrl+Backspace'] },
  'edit.copy': { title: 'Copy', group: 'Edit', scope: 'canvas', keys: ['Ctrl+C'], native: true },
  'edit.cut': { title: 'Cut', group: 'Edit', scope: 'canvas', keys: ['Ctrl+X'], native: true },
  'edit.paste': { title: 'Paste', group: 'Edit', scope: 'canvas', keys: ['Ctrl+V'], native: true },
  'edit.note': { title: 'Add note', group: 'Edit', scope: 'canvas', keys: ['Ctrl+Shift+N'] },
  'edit.group': { title: 'Group', group: 'Edit', scope: 'canvas', keys: ['Ctrl+G'] },
  'edit.ungroup': { title: 'Ungroup', group: 'Edit', scope: 'canvas', keys: ['Ctrl+Shift+G'] },
  'edit.collapse': { title: 'Collapse or expand group', group: 'Edit', scope: 'canvas', keys: ['Ctrl+J'] },
  'edit.fitGroup': { title: 'Fit group to its content', group: 'Edit', scope: 'canvas', keys: [] },
  'edit.replace': { title: 'Replace by…', group: 'Edit', scope: 'canvas', keys: ['Alt+R'] },
  'edit.nudgeLeft': { title: 'Move left', group: 'Edit', scope: 'canvas', keys: ['Alt+ArrowLeft'], quiet: true },
  'edit.nudgeRight': { title: 'Move right', group: 'Edit', scope: 'canvas', keys: ['Alt+ArrowRight'], quiet: true },
  'edit.nudgeUp': { title: 'Move up', group: 'Edit', scope: 'canvas', keys: ['Alt+ArrowUp'], quiet: true },
  'edit.nudgeDown': { title: 'Move down', group: 'Edit', scope: 'canvas', keys: ['Alt+ArrowDown'], quiet: true },

  'arrange.left': { title: 'Align left', group: 'Arrange', scope: 'canvas', keys: ['Alt+A'] },
  'arrange.centre': { title: 'Align centres', group: 'Arrange', scope: 'canvas', keys: ['Alt+H'] },
  'arrange.right': { title: 'Align right', group: 'Arrange', scope: 'canvas', keys: ['Alt+D'] },
  'arrange.top': { title: 'Align top', group: 'Arrange', scope: 'canvas', keys: ['Alt+W'] },
  'arrange.middle': { title: 'Align middles', group: 'Arrange', scope: 'canvas', keys: ['Alt+V'] },
  // Not Alt+S: two keys that begin with it select upstream and downstream.
  'arrange.bottom': { title: 'Align bottom', group: 'Arrange', scope: 'canvas', keys: ['Alt+X'] },
  'arrange.across': { title: 'Distribute across', group: 'Arrange', scope: 'canvas', keys: ['Alt+Shift+H'] },
  'arrange.down': { title: 'Distribute down', group: 'Arrange', scope: 'canvas', keys: ['Alt+Shift+V'] },
  'view.tidy': { title: 'Tidy layout', group: 'Arrange', scope: 'canvas', keys: ['Shift+A'] },

  'edit.selectAll': { title: 'Select all', group: 'Select', scope: 'canvas', keys: ['Ctrl+A'] },
  'select.none': { title: 'Select nothing', group: 'Select', scope: 'canvas', keys: ['Escape'], quiet: true },
  'select.upstream': { title: 'Select upstream', group: 'Select', scope: 'canvas', keys: ['Alt+S U'] },
  'select.downstream': { title: 'Select downstream', group: 'Select', scope: 'canvas', keys: ['Alt+S D'] },
  'select.left': { title: 'Go to the node before', group: 'Select', scope: 'canvas', keys: ['ArrowLeft'], quiet: true },
  'select.right': { title: 'Go to the node after', group: 'Select', scope: 'canvas', keys: ['ArrowRight'], quiet: true },
  'select.up': { title: 'Go to the node above', group: 'Select', scope: 'canvas', keys: ['ArrowUp'], quiet: true },
  'select.down': { title: 'Go to the node below', group: 'Select', scope: 'canvas', keys: ['ArrowDown'], quiet: true },
  'select.find': { title: 'Find in this pipeline…', group: 'Select', scope: 'everywhere', keys: ['Ctrl+F'] },

  'view.result': { title: 'View result', group: 'View', scope: 'canvas', keys: ['F10'] },
  'view.fit': { title: 'Fit to window', group: 'View', scope: 'canvas', keys: ['Ctrl+2', '.'] },
  'view.actual': { title: 'Zoom to 100 %', group: 'View', scope: 'canvas', keys: ['Ctrl+0'] },
  'view.zoomIn': { title: 'Zoom in', group: 'View', scope: 'canvas', keys: ['Ctrl+=', 'Ctrl++'] },
  'view.zoomOut': { title: 'Zoom out', group: 'View', scope: 'canvas', keys: ['Ctrl+-'] },
  'view.minimap': { title: 'Minimap', group: 'View', scope: 'canvas', keys: ['Ctrl+M'] },
  'view.catalogue': { title: 'Show or hide the catalogue', group: 'View', scope: 'page', keys: ['Ctrl+Shift+1'] },
  'view.history': { title: 'History of this pipeline', group: 'View', scope: 'page', keys: ['Ctrl+Shift+H'] },
  'view.inspector': { title: 'Show or hide the inspector', group: 'View', scope: 'page', keys: ['Ctrl+Shift+2'] },
  'view.dock': { title: 'Show or hide the results', group: 'View', scope: 'page', keys: ['Ctrl+Shift+3'] },
  'view.theme': { title: 'Switch between light and dark', group: 'View', scope: 'page', keys: [] },
  'page.canvas': { title: 'Go to the canvas', group: 'View', scope: 'page', keys: ['Alt+1'] },
  'page.data': { title: 'Go to data', group: 'View', scope: 'page', keys: ['Alt+2'] },
  'page.runs': { title: 'Go to runs', group: 'View', scope: 'page', keys: ['Alt+3'] },
  'page.models': { title: 'Go to models', group: 'View', scope: 'page', keys: ['Alt+4'] },
  'page.settings': { title: 'Go to settings', group: 'View', scope: 'page', keys: ['Alt+5'] },

  'pipeline.new': { title: 'New pipeline', group: 'Pipeline', scope: 'page', keys: ['Ctrl+Alt+N'] },
  'pipeline.rename': { title: 'Rename pipeline', group: 'Pipeline', scope: 'page', keys: [] },
  'catalogue.search': { title: 'Search the catalogue', group: 'Pipeline', scope: 'page', keys: ['/'] },

  'palette.open': { title: 'Command palette', group: 'Help', scope: 'everywhere', keys: ['Ctrl+K', 'Ctrl+Shift+P'] },
  'help.node': { title: 'Help for this node', group: 'Help', scope: 'everywhere', keys: ['F1'] },
  'help.keys': { title: 'Keyboard shortcuts', group: 'Help', scope: 'page', keys: ['?'] },
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
