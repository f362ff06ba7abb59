import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';
import { channels } from '../ipc/channels.ts';
import { desktopWords, type Language } from '../words.ts';
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
export function buildMenu(actions: MenuActions, language: Language): Menu {
  const words = desktopWords[language];
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const command = ({ label, command: name, keys }: MenuCommand): MenuItemConstructorOptions => ({
    label: words.commands[name] ?? label,
    // macOS registers what it shows: single keys there would be taken from those who type.
    ...(keys === undefined || (process.platform === 'darwin' && !keys.startsWith('CmdOrCtrl')) ? {} : { accelerator: keys, registerAccelerator: false }),
    click: () => actions.window()?.webContents.send(channels.menu, name),
  });
  const lines = (all: readonly MenuLine[]): MenuItemConstructorOptions[] => all.map((line) => (line === 'line' ? separator : command(line)));
  return Menu.buildFromTemplate([
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      label: words.file,
      submenu: [
        command({ label: 'New pipeline', command: 'pipeline.new', keys: 'CmdOrCtrl+Alt+N' }),
        { label: words.openProject, click: actions.openProject },
        { label: words.openSamples, click: actions.openSamples },
        separator,
        process.platform === 'darwin' ? { role: 'close', label: words.close } : { role: 'quit', label: words.quit },
      ],
    },
    {
      label: words.edit,
      submenu: [
        command({ label: 'Undo', command: 'edit.undo', keys: 'CmdOrCtrl+Z' }),
        command({ label: 'Redo', command: 'edit.redo', keys: 'CmdOrCtrl+Shift+Z' }),
        separator,
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        ...lines(editLines),
      ],
    },
    { label: words.arrange, submenu: lines(arrangeLines) },
    { label: words.run, submenu: lines(runLines) },
    {
      label: words.view,
      submenu: [...lines(viewLines), { label: words.results, submenu: lines(resultLines) }, separator, { role: 'togglefullscreen', label: words.fullScreen }, { role: 'toggleDevTools', label: words.developerTools }],
    },
    { label: words.help, submenu: lines(helpLines) },
  ]);
}
