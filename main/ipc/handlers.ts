import { BrowserWindow, dialog, ipcMain, Notification, type IpcMainInvokeEvent } from 'electron';
import { appOrigin } from '../windows/app-protocol.ts';
import { desktopWords, isLanguage, type Language } from '../words.ts';
import { parsePdfRequest } from '../print/pdf-request.ts';
import { savePdf } from '../print/save-pdf.ts';
import { channels, type PickFileOptions } from './channels.ts';

/** Only the app's own top frame may call; a frame from anywhere else is refused. */
export function isTrustedSender(event: { senderFrame: Electron.WebFrameMain | null }): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && frame.url.startsWith(`${appOrigin}/`);
}

function handle<T>(channel: string, run: (window: BrowserWindow, argument: unknown) => Promise<T>): void {
  ipcMain.handle(channel, async (event: IpcMainInvokeEvent, argument: unknown) => {
    if (!isTrustedSender(event)) throw new Error('This page may not call the app.');
    const window = BrowserWindow.fromWebContents(event.sender);
    if (window === null) throw new Error('The window is gone.');
    return run(window, argument);
  });
}

function parsePickFile(argument: unknown): PickFileOptions {
  const fields = (typeof argument === 'object' && argument !== null ? argument : {}) as Record<string, unknown>;
  const extensions = Array.isArray(fields['extensions'])
    ? fields['extensions'].filter((item): item is string => typeof item === 'string' && /^[a-z0-9]{1,10}$/i.test(item))
    : [];
  return { extensions, ...(typeof fields['title'] === 'string' ? { title: fields['title'].slice(0, 200) } : {}) };
}

export interface PageRequests {
  /** A view of results is to have a window of its own; only the main window may ask for it. */
  readonly openView: (from: BrowserWindow, argument: unknown) => void;
  /** The page speaks this language, and the shell is to do so as well. */
  readonly speak: (language: Language) => void;
  readonly language: () => Language;
}

export function registerHandlers(requests: PageRequests): void {
  handle(channels.openView, (window, argument) => {
    requests.openView(window, argument);
    return Promise.resolve();
  });
  handle(channels.language, (_window, argument) => {
    if (isLanguage(argument)) requests.speak(argument);
    return Promise.resolve();
  });
  handle(channels.pickFile, async (window, argument) => {
    const options = parsePickFile(argument);
    const extensions = [...(options.extensions ?? [])];
    const words = desktopWords[requests.language()];
    const answer = await dialog.showOpenDialog(window, {
      ...(options.title === undefined ? {} : { title: options.title }),
      properties: ['openFile'],
      filters: [
        ...(extensions.length > 0 ? [{ name: words.fittingFiles, extensions }] : []),
        { name: words.allFiles, extensions: ['*'] },
      ],
    });
    return answer.filePaths[0] ?? null;
  });
  handle(channels.pickFolder, async (window) => {
    const answer = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] });
    return answer.filePaths[0] ?? null;
  });
  handle(channels.notify, (window, argument) => {
    const { title, message } = (typeof argument === 'object' && argument !== null ? argument : {}) as Record<string, unknown>;
    if (typeof title === 'string' && typeof message === 'string' && Notification.isSupported()) {
      const notification = new Notification({ title: title.slice(0, 200), body: message.slice(0, 2000) });
      notification.on('click', () => {
        if (window.isDestroyed()) return;
        window.show();
        window.focus();
      });
      notification.show();
    }
    return Promise.resolve();
  });
  handle(channels.savePdf, (window, argument) => savePdf(window, parsePdfRequest(argument)));
}
