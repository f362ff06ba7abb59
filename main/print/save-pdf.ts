import { BrowserWindow, dialog, session } from 'electron';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { PdfRequest } from '../ipc/messages.ts';
import { appScheme, printAddress } from '../windows/served-file.ts';

/**
 * Asks where, and writes the page as PDF on A4. It is laid out in a window that nobody sees, without scripts, without a file and without a
 * way to anything outside: the page brings its styles and pictures with it.
 * @returns the file, or null where the person gave up
 */
export async function savePdf(window: BrowserWindow, { html, name }: PdfRequest): Promise<string | null> {
  const { filePath } = await dialog.showSaveDialog(window, { defaultPath: name, filters: [{ name: 'PDF', extensions: ['pdf'] }] });
  if (!filePath) return null;
  // In memory, and another each time: two that are written at once do not see each other's page.
  const partition = `print-${Date.now()}-${Math.random()}`;
  session.fromPartition(partition).protocol.handle(appScheme, () => new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:" } }));
  const hidden = new BrowserWindow({ show: false, width: 1180, height: 1600, webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false, partition } });
  const temporary = `${filePath}.part`;
  try {
    await hidden.loadURL(printAddress);
    const pdf = await hidden.webContents.printToPDF({ pageSize: 'A4', printBackground: true, preferCSSPageSize: true });
    // Whole or not at all, as every file that is written for people.
    await writeFile(temporary, pdf);
    await rename(temporary, filePath);
    return filePath;
  } finally {
    hidden.destroy();
    await rm(temporary, { force: true });
  }
}
