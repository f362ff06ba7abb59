import { Menu, app, dialog, safeStorage, type BrowserWindow } from 'electron';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { EngineHost } from './engine-host/engine-host.ts';
import { openKeychain } from './keychain.ts';
import { channels } from './ipc/channels.ts';
import { registerHandlers } from './ipc/handlers.ts';
import { buildMenu } from './menu/app-menu.ts';
import { appPaths } from './paths.ts';
import { languageOf, type Language } from './words.ts';
import { readDesktopState, writeDesktopState } from './window-state.ts';
import { registerAppScheme, serveApp } from './windows/app-protocol.ts';
import { connectWindow, createMainWindow, lockDown } from './windows/main-window.ts';
import { ViewWindows } from './windows/view-windows.ts';

registerAppScheme();
lockDown();

/** `--project=FOLDER` or PENSTOCK_PROJECT; otherwise the last one, otherwise the sample project. */
function chosenProject(last: string | null): string | null {
  const argument = process.argv.find((word) => word.startsWith('--project='))?.slice('--project='.length);
  const asked = argument ?? process.env['PENSTOCK_PROJECT'];
  if (asked !== undefined && asked !== '') return path.resolve(asked);
  return last !== null && existsSync(last) ? last : null;
}

const userData = process.env['PENSTOCK_USER_DATA'];
if (userData !== undefined && userData !== '') app.setPath('userData', path.resolve(userData));

if (!app.requestSingleInstanceLock()) {
  app.quit();
} else {
  void app.whenReady().then(open);
}

function open(): void {
  const paths = appPaths();
  const state = readDesktopState(app.getPath('userData'));
  let project = chosenProject(state.project);
  let window: BrowserWindow | null = null;
  let language: Language = state.language ?? languageOf(app.getLocale());
  const views = new ViewWindows({ preload: paths.preload, main: () => window, loaded: connect });
  const { keychain, trouble } = openKeychain(app.getPath('userData'), safeStorage);
  let engine = startEngine();

  function openWindows(): readonly BrowserWindow[] {
    return [...(window === null ? [] : [window]), ...views.all];
  }

  /** Each load of a page, a reload too, gets its own connection; the old one closes with its port. */
  function connect(loaded: BrowserWindow): void {
    connectWindow(loaded, engine);
    if (engine.failed !== null) loaded.webContents.send(channels.engineFailed, engine.failed);
  }

  function startEngine(): EngineHost {
    const host = new EngineHost({
      node: paths.node,
      entry: paths.engineEntry,
      env: {
        PENSTOCK_PROJECT: project ?? path.join(app.getPath('userData'), 'sample-project'),
        PENSTOCK_SAMPLES: project === null ? '1' : '',
        PENSTOCK_RESOURCES: paths.resources,
        PENSTOCK_DIST: paths.dist,
        PENSTOCK_KEYCHAIN_TROUBLE: trouble ?? '',
      },
      log: (line) => process.stderr.write(`${line}\n`),
      keychain,
    });
    host.on('restart', () => {
      for (const one of openWindows()) {
        one.webContents.send(channels.engineRestart);
        connectWindow(one, host);
      }
    });
    host.on('failed', (message) => {
      for (const one of openWindows()) one.webContents.send(channels.engineFailed, message);
    });
    host.start();
    return host;
  }

  async function switchProject(folder: string | null): Promise<void> {
    views.closeAll();
    await engine.stop();
    project = folder;
    engine = startEngine();
    remember();
    window?.webContents.reload();
  }

  function remember(): void {
    if (window === null) return;
    writeDesktopState(app.getPath('userData'), { bounds: window.getNormalBounds(), project, language });
  }

  serveApp(paths.renderer);
  registerHandlers({
    openView: (from, request) => {
      if (from !== window) throw new Error('This window may not open views.');
      views.open(request);
    },
    language: () => language,
    speak: (spoken) => {
      if (spoken === language) return;
      language = spoken;
      showMenu();
      remember();
    },
  });
  showMenu();

  function showMenu(): void {
    const menu = buildMenu(
      {
        window: () => window,
        openSamples: () => void switchProject(null),
        openProject: () => {
          if (window === null) return;
          void dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] }).then((answer) => {
            const folder = answer.filePaths[0];
            if (folder !== undefined) void switchProject(folder);
          });
        },
      },
      language,
    );
    Menu.setApplicationMenu(menu);
  }

  function openWindow(): void {
    const opened = createMainWindow({ preload: paths.preload, bounds: state.bounds });
    window = opened;
    opened.webContents.on('did-finish-load', () => connect(opened));
    opened.on('close', remember);
    opened.on('closed', () => {
      window = null;
      views.closeAll();
    });
  }
  openWindow();
  app.on('second-instance', () => {
    if (window === null) openWindow();
    else window.focus();
  });
  app.on('activate', () => {
    if (window === null) openWindow();
  });
  app.on('before-quit', () => views.leave());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let stopped = false;
  app.on('will-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    void engine.stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
}
