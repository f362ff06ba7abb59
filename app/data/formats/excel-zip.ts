import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { archiveLimits, checkArchive } from '#app/core/archive.ts';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { firstBytes, requireFile } from './open-bytes.ts';

export function excelError(code: `excel-${string}`, path: string, fault: string, remedy: string, cause?: unknown): PenstockError {
  return new PenstockError(code, `${basename(path)}: ${fault}.`, { remedy, place: { file: path }, ...(cause === undefined ? {} : { cause }) });
}

/** More than any workbook that Excel writes unpacks to; reading stops there. */
const maxPartBytes = 8e9;
const maxParts = 20_000;

/** The parts of a workbook, each read as a stream of XML events. Close it at the end. */
export class ExcelZip {
  readonly path: string;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #signal: AbortSignal | undefined;

  private constructor(path: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>, signal: AbortSignal | undefined) {
    this.path = path;
    this.#zip = zip;
    this.#entries = entries;
    this.#signal = signal;
  }

  /** @throws PenstockError `file-missing`, `excel-protected`, `excel-old`, `excel-format`, `excel-damaged`. */
  static async open(path: string, signal: AbortSignal | undefined): Promise<ExcelZip> {
    await requireFile(path);
    const start = await firstBytes(path, 1 << 16);
    if (start.length === 0) throw excelError('excel-format', path, 'the file is empty', 'Choose another file.');
    if (start.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))) {
      if (start.includes(Buffer.from('EncryptedPackage', 'utf16le'))) throw excelError('excel-protected', path, 'the workbook is protected by a password', 'Open it in Excel and save it without a password.');
      throw excelError('excel-old', path, 'this is not an .xlsx workbook; it looks like the old .xls format', 'Open it in Excel or LibreOffice and save it as .xlsx.');
    }
    if (start.subarray(0, 2).toString('latin1') !== 'PK') throw excelError('excel-format', path, 'this is not an Excel workbook', 'Choose an .xlsx file; text files are read by the CSV Reader.');
    let zip: ZipFile;
    try {
      zip = await openPromise(path, { lazyEntries: true, autoClose: false });
    } catch (cause) {
      throw excelError('excel-damaged', path, 'the workbook is damaged or cut off', 'Fetch it again, or repair it by opening and saving it in Excel.', cause);
    }
    try {
      const entries = new Map<string, Entry>();
      const all: Entry[] = [];
      for await (const entry of zip.eachEntry()) {
        if (entries.size >= maxParts) throw excelError('excel-too-large', path, 'the workbook has more than 20 000 parts', 'Save it again from Excel without pictures and embedded objects.');
        if (entry.isEncrypted()) throw excelError('excel-protected', path, 'the workbook is protected by a password', 'Save it without a password.');
        all.push(entry);
        entries.set(entry.fileName.replace(/^\//, ''), entry);
      }
      checkArchive(basename(path), all, { ...archiveLimits, entries: maxParts, total: 4 * maxPartBytes });
      return new ExcelZip(path, zip, entries, signal);
    } catch (thrown) {
      zip.close();
      if (thrown instanceof PenstockError) throw thrown;
      throw excelError('excel-damaged', path, 'the workbook is damaged or cut off', 'Fetch it again, or repair it by opening and saving it in Excel.', thrown);
    }
  }

  close(): void {
    this.#zip.close();
  }

  has(part: string): boolean {
    return this.#entries.has(part);
  }

  /** The unpacked bytes of a part in blocks. @throws PenstockError `excel-too-large`, `excel-damaged`. */
  async *bytes(part: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(part);
    if (entry === undefined) throw excelError('excel-damaged', this.path, `the workbook lacks its part ${part}`, 'Open and save it in Excel, then choose it again.');
    if (entry.uncompressedSize > maxPartBytes) throw this.#tooLarge(part);
    let size = 0;
    let stream: Readable | null = null;
    try {
      stream = await this.#zip.openReadStreamPromise(entry);
      for await (const block of stream) {
        if (this.#signal?.aborted) throw new CancelledError();
        size += (block as Buffer).length;
        if (size > maxPartBytes) throw this.#tooLarge(part);
        yield block as Buffer;
      }
    } catch (thrown) {
      if (thrown instanceof PenstockError) throw thrown;
      throw excelError('excel-damaged', this.path, `its part ${part} is damaged`, 'Fetch the workbook again, or repair it by opening and saving it in Excel.', thrown);
    } finally {
      stream?.destroy();
    }
  }

  /** Feeds a part to a parser; `done` ends the reading early. @throws as `bytes`. */
  async parse(part: string, handlers: XmlHandlers): Promise<void> {
    const parser = new SaxesParser({ position: false });
    let failure: Error | null = null;
    parser.on('error', (error) => (failure ??= error));
    // A document type can define entities that grow without bound; workbooks have none.
    parser.on('doctype', () => (failure ??= new Error('document type')));
    parser.on('opentag', (tag) => handlers.open(localName(tag.name), tag.attributes as Record<string, string>));
    parser.on('closetag', (tag) => handlers.close(localName(tag.name)));
    if (handlers.text !== undefined) parser.on('text', handlers.text);
    const decoder = new TextDecoder('utf-8');
    for await (const block of this.bytes(part)) {
      parser.write(decoder.decode(block, { stream: true }));
      this.#check(failure, part);
      if (handlers.flush !== undefined) await handlers.flush();
      if (handlers.done?.() === true) return;
    }
    parser.close();
    this.#check(failure, part);
  }

  #check(failure: Error | null, part: string): void {
    if (failure !== null) throw excelError('excel-damaged', this.path, `its part ${part} is damaged`, 'Open and save it in Excel, then choose it again.', failure);
  }

  #tooLarge(part: string): PenstockError {
    return excelError('excel-too-large', this.path, `its part ${part} unpacks to more than 8 GB`, 'No honest workbook is that large; do not open files of unknown origin.');
  }
}

export interface XmlHandlers {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
  text?(text: string): void;
  /** After each block: what was gathered can be passed on. */
  flush?(): Promise<void>;
  done?(): boolean;
}

const localName = (name: string): string => (name.includes(':') ? name.slice(name.indexOf(':') + 1) : name);
