import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { channels } from '../ipc/channels.ts';

/** The port that came before the page listened. */
let kept: readonly MessagePort[] | null = null;
let isListening = false;

/** The whole surface the page gets from the desktop; `window.penstockDesktop`. */
const desktop = {
  platform: process.platform,
  pickFile: (options: { readonly title?: string; readonly extensions?: readonly string[] } = {}): Promise<string | null> => ipcRenderer.invoke(channels.pickFile, options),
  pickFolder: (): Promise<string | null> => ipcRenderer.invoke(channels.pickFolder),
  /** Asks where and writes a page as PDF; null where the person gave up. */
  savePdf: (html: string, name: string): Promise<string | null> => ipcRenderer.invoke(channels.savePdf, { html, name }),
  /** Shows a message of the system. */
  notify: (title: string, message: string): Promise<void> => ipcRenderer.invoke(channels.notify, { title, message }),
  /** The page listens for its port to the engine from now on. */
  listens: (): void => {
    isListening = true;
    if (kept !== null) hand(kept);
    kept = null;
  },
  /** Path of a file dropped on the page; null when it has none. */
  pathForFile: (file: File): string | null => {
    // Electron before 29 has no webUtils; there the File carries its path.
    if (typeof webUtils?.getPathForFile === 'function') return webUtils.getPathForFile(file) || null;
    const path = (file as File & { path?: unknown }).path;
    return typeof path === 'string' && path !== '' ? path : null;
  },
  /** Opens a view of results in a window of its own. */
  openView: (view: unknown): Promise<void> => ipcRenderer.invoke(channels.openView, view),
  onViewClosed: (listener: (id: string) => void): void => {
    ipcRenderer.on(channels.viewClosed, (_event, id: unknown) => {
      if (typeof id === 'string') listener(id);
    });
  },
  /** The page says which language it speaks, so that the menu does as well. */
  speak: (language: string): Promise<void> => ipcRenderer.invoke(channels.language, language),
  onMenu: (listener: (command: string) => void): void => {
    ipcRenderer.on(channels.menu, (_event, command: unknown) => {
      if (typeof command === 'string') listener(command);
    });
  },
  onEngineRestart: (listener: () => void): void => {
    ipcRenderer.on(channels.engineRestart, () => listener());
  },
  onEngineFailed: (listener: (message: string) => void): void => {
    ipcRenderer.on(channels.engineFailed, (_event, message: unknown) => {
      if (typeof message === 'string') listener(message);
    });
  },
};

contextBridge.exposeInMainWorld('penstockDesktop', desktop);

/** Hands a port to the page. */
const hand = (ports: readonly MessagePort[]): void => window.postMessage({ type: 'penstock:port' }, window.location.origin, [...ports]);

// A port to the engine comes after each load of the page and after each restart of the engine; the page may still be reading its texts.
ipcRenderer.on(channels.port, (event) => {
  if (isListening) hand(event.ports);
  else kept = event.ports;
});
