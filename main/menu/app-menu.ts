import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';
import { channels } from '../ipc/channels.ts';
import { arrangeLines, editLines, helpLines, resultLines, runLines, viewLines, type MenuCommand, type MenuLine } from './menu-commands.ts';

export interface MenuActions {
  readonly openProject: () => void;
  readonly openSamples: () => void;
  readonly window: () => BrowserWindow | null;
}

/**
 * The application menu. Items named by a command are carried out by the page, which owns the shortcuts: they are shown here
 * but not registered, so that a key never fires twice.
 */
export function buildMenu(actions: MenuActions): Menu {
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const command = ({ label, command: name, keys }: MenuCommand): MenuItemConstructorOptions => ({
    label,
    // macOS registers what it shows: single keys there would be taken from those who type.
    ...(keys === undefined || (process.platform === 'darwin' && !keys.startsWith('CmdOrCtrl')) ? {} : { accelerator: keys, registerAccelerator: false }),
    click: () => actions.window()?.webContents.send(channels.menu, name),
  });
  const lines = (all: readonly MenuLine[]): MenuItemConstructorOptions[] => all.map((line) => (line === 'line' ? separator : command(line)));
  return Menu.buildFromTemplate([
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      label: '&File',
      submenu: [
        command({ label: 'New pipeline', command: 'pipeline.new', keys: 'CmdOrCtrl+Alt+N' }),
        { label: 'Open project…', click: actions.openProject },
        { label: 'Open sample project', click: actions.openSamples },
        separator,
        process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        command({ label: 'Undo', command: 'edit.undo', keys: 'CmdOrCtrl+Z' }),
        command({ label: 'Redo', command: 'edit.redo', keys: 'CmdOrCtrl+Shift+Z' }),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        ...lines(editLines),
      ],
    },
    { label: '&Arrange', submenu: lines(arrangeLines) },
    { label: '&Run', submenu: lines(runLines) },
    {
      label: '&View',
      submenu: [...lines(viewLines), { label: 'Results', submenu: lines(resultLines) }, separator, { role: 'togglefullscreen' }, { role: 'toggleDevTools' }],
    },
    { label: '&Help', submenu: lines(helpLines) },
  ]);
}
