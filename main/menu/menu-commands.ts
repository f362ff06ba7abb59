/** An item that the page carries out, by the name of its action; `keys` are shown and not registered: the page owns them. */
export interface MenuCommand {
  readonly label: string;
  readonly command: string;
  readonly keys?: string;
}

export type MenuLine = MenuCommand | 'line';

const item = (label: string, command: string, keys?: string): MenuCommand => ({ label, command, ...(keys === undefined ? {} : { keys }) });

export const editLines: readonly MenuLine[] = [
  item('Duplicate', 'edit.duplicate', 'CmdOrCtrl+D'),
  item('Delete', 'edit.delete', 'Delete'),
  item('Select all', 'edit.selectAll', 'CmdOrCtrl+A'),
  'line',
  item('Find in this pipeline…', 'select.find', 'CmdOrCtrl+F'),
  'line',
  item('Add node…', 'edit.add', 'Tab'),
  item('Add note', 'edit.note', 'CmdOrCtrl+Shift+N'),
  item('Rename node', 'edit.rename', 'F2'),
  item('Replace by…', 'edit.replace', 'Alt+R'),
  item('Bypass', 'edit.bypass', 'CmdOrCtrl+B'),
];

export const arrangeLines: readonly MenuLine[] = [
  item('Group', 'edit.group', 'CmdOrCtrl+G'),
  item('Ungroup', 'edit.ungroup', 'CmdOrCtrl+Shift+G'),
  item('Collapse or expand group', 'edit.collapse', 'CmdOrCtrl+Shift+J'),
  item('Fit group to its content', 'edit.fitGroup'),
  'line',
  item('Make a subflow, or put its nodes back', 'subflow.toggle', 'CmdOrCtrl+J'),
  item('Open subflow', 'subflow.open'),
  item('Leave the subflow', 'subflow.leave'),
  'line',
  item('Align left', 'arrange.left', 'Alt+A'),
  item('Align centres', 'arrange.centre', 'Alt+H'),
  item('Align right', 'arrange.right', 'Alt+D'),
  item('Align top', 'arrange.top', 'Alt+W'),
  item('Align middles', 'arrange.middle', 'Alt+V'),
  item('Align bottom', 'arrange.bottom', 'Alt+X'),
  'line',
  item('Distribute across', 'arrange.across', 'Alt+Shift+H'),
  item('Distribute down', 'arrange.down', 'Alt+Shift+V'),
  'line',
  item('Tidy layout', 'view.tidy', 'Shift+A'),
];

export const runLines: readonly MenuLine[] = [
  item('Run all', 'run.all', 'Shift+F7'),
  item('Run to selected', 'run.selected', 'F7'),
  item('Reset and run again', 'run.force', 'F8'),
  item('Cancel', 'run.cancel', 'F9'),
];

export const viewLines: readonly MenuLine[] = [
  item('Command palette', 'palette.open', 'CmdOrCtrl+K'),
  'line',
  item('Fit to window', 'view.fit', 'CmdOrCtrl+2'),
  item('Zoom to 100 %', 'view.actual', 'CmdOrCtrl+0'),
  item('Minimap', 'view.minimap', 'CmdOrCtrl+M'),
  'line',
  item('Show or hide the catalogue', 'view.catalogue', 'CmdOrCtrl+Shift+1'),
  item('Show or hide the inspector', 'view.inspector', 'CmdOrCtrl+Shift+2'),
  item('Show or hide the results', 'view.dock', 'CmdOrCtrl+Shift+3'),
  item('History of this pipeline', 'view.history', 'CmdOrCtrl+Shift+H'),
];

/** What can be done with the views of results. */
export const resultLines: readonly MenuLine[] = [
  item('Keep this view open', 'view.keep', 'CmdOrCtrl+Shift+K'),
  item('Split to the right', 'view.splitRight', 'CmdOrCtrl+\\'),
  item('Split below', 'view.splitDown', 'CmdOrCtrl+|'),
  item('Enlarge or put back', 'view.enlarge', 'CmdOrCtrl+Shift+F'),
  item('Open in its own window', 'view.tearOff', 'CmdOrCtrl+Alt+O'),
  item('Go to the next view', 'view.next', 'Alt+N'),
  item('Close this view', 'view.close', 'CmdOrCtrl+Alt+W'),
  'line',
  item('Move to the right', 'view.toRight'),
  item('Move to the bottom', 'view.toBottom'),
  'line',
  item('Reset layout', 'view.resetLayout'),
];

export const helpLines: readonly MenuLine[] = [item('Help for this node', 'help.node', 'F1'), item('Guided first pipeline', 'help.tour'), item('Describe this pipeline', 'help.describe', 'CmdOrCtrl+Alt+D'), item('Keyboard shortcuts', 'help.keys')];
