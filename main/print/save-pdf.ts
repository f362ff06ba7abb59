import { BrowserWindow, dialog } from 'electron';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PdfRequest } from './pdf-request.ts';

/**
 * Asks where, and writes the page as PDF on A4. It is laid out in a window that nobody sees, without scripts and without a way to
 * anything outside.
 * @returns the file, or null where the person gave up
 */
export async function savePdf(window: BrowserWindow, { html, name }: PdfRequest): Promise<string | null> {
  const { filePath } = await dialog.showSaveDialog(window, { defaultPath: name, filters: [{ name: 'PDF', extensions: ['pdf'] }] });
  if (!filePath) return null;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-print-'));
  const hidden = new BrowserWindow({ show: false, width: 1180, height: 1600, webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false, partition: 'print' } });
  try {
    const page = path.join(folder, 'page.html');
    await writeFile(page, html);
    hidden.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
    await hidden.loadFile(page);
    const pdf = await hidden.webContents.printToPDF({ pageSize: 'A4', printBackground: true, preferCSSPageSize: true });
    // Whole or not at all, as every file that is written for people.
    const temporary = `${filePath}.part`;
    await writeFile(temporary, pdf);
    await rename(temporary, filePath);
    return filePath;
  } finally {
    hidden.destroy();
    await rm(folder, { recursive: true, force: true });
  }
}
