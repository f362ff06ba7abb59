import { BrowserWindow, MessageChannelMain, session, shell } from 'electron';
import type { EngineHost } from '../engine-host/engine-host.ts';
import { channels } from '../ipc/channels.ts';
import { appOrigin } from './app-protocol.ts';

export interface MainWindowOptions {
  readonly preload: string;
  readonly bounds: { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number };
}

/** Refuses what a local app never needs: permissions, navigation elsewhere, new windows, web views. */
export function lockDownSession(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permission === 'clipboard-sanitized-write' || permission === 'fullscreen');
  });
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
}

/** The same for every window: a page gets nothing of the machine but the preload's bridge. */
export function webPreferences(preload: string): Electron.WebPreferences {
  return { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false, spellcheck: false };
}

/** Links go to the system's browser; the page itself stays the app's. */
export function lockDownWindow(window: BrowserWindow): void {
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (/^https?:\/\//.test(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  window.webContents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${appOrigin}/`)) event.preventDefault();
  });
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
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
  lockDownWindow(window);
  void window.loadURL(`${appOrigin}/index.html`);
  return window;
}

/** Gives the page a fresh port to the engine; frames are passed on unread. */
export function connectWindow(window: BrowserWindow, engine: EngineHost): void {
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
