import { BrowserWindow, dialog, ipcMain, Notification, type IpcMainInvokeEvent } from 'electron';
import type { z } from 'zod';
import { savePdf } from '../print/save-pdf.ts';
import { desktopWords, type Language } from '../words.ts';
import { channels } from './channels.ts';
import { isTrustedSender } from './sender.ts';
import { languageSchema, nothingSchema, noticeSchema, parseMessage, pdfSchema, pickFileSchema, viewSchema, type ViewRequest } from './messages.ts';

/** Every channel is made here, so none is without a check of who calls and of what is said. */
function handle<S extends z.ZodType, T>(channel: string, schema: S, run: (window: BrowserWindow, argument: z.output<S>) => Promise<T> | T): void {
  ipcMain.handle(channel, async (event: IpcMainInvokeEvent, argument: unknown) => {
    if (!isTrustedSender(event)) throw new Error('This page may not call the app.');
    const window = BrowserWindow.fromWebContents(event.sender);
    if (window === null) throw new Error('The window is gone.');
    return run(window, parseMessage(channel, schema, argument));
  });
}

export interface PageRequests {
  /** A view of results is to have a window of its own; only the main window may ask for it. */
  readonly openView: (from: BrowserWindow, request: ViewRequest) => void;
  /** The page speaks this language, and the shell is to do so as well. */
  readonly speak: (language: Language) => void;
  readonly language: () => Language;
}

export function registerHandlers(requests: PageRequests): void {
  handle(channels.openView, viewSchema, (window, request) => requests.openView(window, request));
  handle(channels.language, languageSchema, (_window, language) => requests.speak(language));
  handle(channels.pickFile, pickFileSchema, async (window, { title, extensions = [] }) => {
    const words = desktopWords[requests.language()];
    const answer = await dialog.showOpenDialog(window, {
      ...(title === undefined ? {} : { title }),
      properties: ['openFile'],
      filters: [
        ...(extensions.length > 0 ? [{ name: words.fittingFiles, extensions }] : []),
        { name: words.allFiles, extensions: ['*'] },
      ],
    });
    return answer.filePaths[0] ?? null;
  });
  handle(channels.pickFolder, nothingSchema, async (window) => {
    const answer = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] });
    return answer.filePaths[0] ?? null;
  });
  handle(channels.notify, noticeSchema, (window, { title, message }) => {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title: title.slice(0, 200), body: message.slice(0, 2000) });
    notification.on('click', () => {
      if (window.isDestroyed()) return;
      window.show();
      window.focus();
    });
    notification.show();
  });
  handle(channels.savePdf, pdfSchema, (window, request) => savePdf(window, request));
}
