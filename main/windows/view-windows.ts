import { BrowserWindow, screen } from 'electron';
import { channels } from '../ipc/channels.ts';
import { webPreferences } from './main-window.ts';
import type { ViewRequest } from '../ipc/messages.ts';
import { isOnScreen } from './screens.ts';
import { appOrigin } from './served-file.ts';

interface ViewWindowsOptions {
  readonly preload: string;
  /** The window the views belong to; null while it is closed. */
  readonly main: () => BrowserWindow | null;
  /** Called after each load of a view's page: it needs its own connection to the engine. */
  readonly loaded: (window: BrowserWindow) => void;
}

/** The windows of single views: one a view, closed with the main window. */
export class ViewWindows {
  private readonly windows = new Map<string, BrowserWindow>();
  private readonly options: ViewWindowsOptions;
  /** They go with the main window or the app: none of them was closed by a person. */
  private closingAll = false;

  constructor(options: ViewWindowsOptions) {
    this.options = options;
  }

  get all(): readonly BrowserWindow[] {
    return [...this.windows.values()];
  }

  open({ id, page, bounds }: ViewRequest): void {
    const known = this.windows.get(id);
    if (known) {
      known.focus();
      return;
    }
    this.closingAll = false;
    const screens = screen.getAllDisplays().map((display) => display.workArea);
    const window = new BrowserWindow({
      ...(bounds === null ? { width: 760, height: 560 } : isOnScreen(bounds, screens) ? bounds : { width: bounds.width, height: bounds.height }),
      minWidth: 360,
      minHeight: 240,
      show: false,
      backgroundColor: '#16181d',
      title: 'Penstock',
      autoHideMenuBar: true,
      webPreferences: webPreferences(this.options.preload),
    });
    // The commands of the menu are about the main window.
    window.removeMenu();
    window.once('ready-to-show', () => window.show());
    window.webContents.on('did-finish-load', () => this.options.loaded(window));
    window.on('closed', () => {
      this.windows.delete(id);
      if (!this.closingAll) this.options.main()?.webContents.send(channels.viewClosed, id);
    });
    this.windows.set(id, window);
    void window.loadURL(`${appOrigin}/index.html${page}`);
  }

  /** They are remembered by the page and opened again with it. */
  closeAll(): void {
    this.closingAll = true;
    for (const window of this.windows.values()) window.destroy();
    this.windows.clear();
  }

  /** The app is about to quit, which closes windows one by one. */
  leave(): void {
    this.closingAll = true;
  }
}
