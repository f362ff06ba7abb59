import { BrowserWindow, dialog } from 'electron';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

export interface PdfRequest {
  /** A page that needs nothing from elsewhere. */
  readonly html: string;
  /** File name that is offered. */
  readonly name: string;
}

/** 100 MB of text: more than any report that can be exported. */
const mostCharacters = 100_000_000;

/** @throws Error for anything else than a page and a plain file name. */
export function parsePdfRequest(argument: unknown): PdfRequest {
  const fields = (typeof argument === 'object' && argument !== null ? argument : {}) as Record<string, unknown>;
  const { html, name } = fields;
  if (typeof html !== 'string' || html.length > mostCharacters || typeof name !== 'string') throw new Error('There is no page to write.');
  const plain = path.basename(name.replaceAll('\\', '/')).slice(0, 200);
  return { html, name: plain.toLowerCase().endsWith('.pdf') ? plain : `${plain || 'report'}.pdf` };
}

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
