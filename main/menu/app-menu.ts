import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';
import { channels } from '../ipc/channels.ts';

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
  const command = (label: string, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
    click: () => actions.window()?.webContents.send(channels.menu, name),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  return Menu.buildFromTemplate([
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      label: '&File',
      submenu: [
        command('New pipeline', 'pipeline.new'),
        { label: 'Open project…', click: actions.openProject },
        { label: 'Open sample project', click: actions.openSamples },
        separator,
        process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        command('Undo', 'edit.undo', 'CmdOrCtrl+Z'),
        command('Redo', 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        command('Duplicate', 'edit.duplicate', 'CmdOrCtrl+D'),
        command('Select all', 'edit.selectAll', 'CmdOrCtrl+A'),
      ],
    },
    {
      label: '&Run',
      submenu: [
        command('Run all', 'run.all', 'Shift+F7'),
        command('Run to selected', 'run.selected', 'F7'),
        command('Cancel', 'run.cancel', 'F9'),
      ],
    },
    {
      label: '&View',
      submenu: [
        command('Command palette', 'palette.open', 'CmdOrCtrl+K'),
        command('Fit to window', 'view.fit', 'CmdOrCtrl+2'),
        command('History of this pipeline', 'view.history', 'CmdOrCtrl+Shift+H'),
        command('Tidy layout', 'view.tidy', 'Shift+A'),
        separator,
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
  ]);
}
