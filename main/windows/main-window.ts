import { app, BrowserWindow, MessageChannelMain, shell, type Session, type WebContents } from 'electron';
import type { EngineHost } from '../engine-host/engine-host.ts';
import { channels } from '../ipc/channels.ts';
import { appOrigin, isAppPage, mayLoad, outsideLink } from './served-file.ts';

export interface MainWindowOptions {
  readonly preload: string;
  readonly bounds: { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number };
}

/**
 * Refuses what a local app never needs, in every session and for every page there will ever be: permissions, devices, addresses elsewhere,
 * navigation, new windows, web views. Must run before the app is ready.
 */
export function lockDown(): void {
  app.on('session-created', lockDownSession);
  app.on('web-contents-created', (_event, contents) => lockDownContents(contents));
}

function lockDownSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(isAppPage(contents.getURL()) && (permission === 'clipboard-sanitized-write' || permission === 'fullscreen'));
  });
  session.setPermissionCheckHandler((contents, permission) => contents !== null && isAppPage(contents.getURL()) && permission === 'clipboard-sanitized-write');
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayLoad(url) }));
  // Nothing is saved to disk but what a person was asked about; exports go by `blob:` and `data:`, and ask.
  session.on('will-download', (event, item) => {
    if (!/^(blob|data):/.test(item.getURL()) && !isAppPage(item.getURL())) event.preventDefault();
  });
}

/** The same for every window: a page gets nothing of the machine but the preload's bridge. */
export function webPreferences(preload: string): Electron.WebPreferences {
  return { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false, webSecurity: true, allowRunningInsecureContent: false, webviewTag: false, spellcheck: false };
}

/** Links go to the system's browser; the page itself stays the app's. */
function lockDownContents(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    const link = isAppPage(contents.getURL()) ? outsideLink(url) : null;
    if (link !== null) void shell.openExternal(link);
    return { action: 'deny' };
  });
  const stay = (event: { preventDefault(): void }, url: string): void => {
    if (!isAppPage(url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

export function createMainWindow(options: MainWindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...options.bounds,
    minWidth: 960,
    minHeight: 620,
    show: false,
    backgroundColor: '#16181d',
    title: 'Penstock',
    webPreferences: webPreferences(options.preload),
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${appOrigin}/index.html`);
  return window;
}

/** Gives the page a fresh port to the engine; frames are passed on unread. */
export function connectWindow(window: BrowserWindow, engine: EngineHost): void {
  // The engine answers everything it is asked: only a page of the app gets a way to it.
  if (!isAppPage(window.webContents.mainFrame.url)) return;
  const { port1, port2 } = new MessageChannelMain();
  const connection = engine.connect((data) => {
    port1.postMessage(data);
  });
  port1.on('message', (event) => {
    const data: unknown = event.data;
    if (typeof data === 'string') connection.send(data);
    else if (data instanceof Uint8Array) connection.send(data);
    else if (data instanceof ArrayBuffer) connection.send(new Uint8Array(data));
  });
  port1.on('close', () => connection.close());
  port1.start();
  window.webContents.postMessage(channels.port, null, [port2]);
}
