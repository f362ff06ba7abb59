import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { openContent, sealedLog } from './files.ts';
import { emptyLog, logEnd, sealRecord } from './log.ts';
import { headerBytes, sealedKind } from './stream.ts';
import { vaultOf, type Vault } from './vault.ts';

/** Where an encrypted log ends: its whole records, and the bytes that they take. */
interface End {
  readonly header: Buffer;
  readonly records: number;
  readonly bytes: number;
}

/** What a log was when it was last appended to. */
interface Known {
  readonly device: number;
  readonly inode: number;
  readonly size: number;
  /** Null where the project is not encrypted. */
  readonly end: End | null;
}

/** Without an append for this long the handle is closed: nobody who tidies a folder shall trip over it. */
const heldForMs = 5_000;

/**
 * A file of a project that grows by appending: a journal. It is kept open from one append to the next, for opening it anew takes as long as
 * the disk does. In an encrypted project each append is an encrypted record. Appends come to the file in the order of their calls; nobody
 * else may write it meanwhile.
 */
export class AppendLog {
  /** Absolute path. */
  readonly file: string;
  readonly #mode: number | undefined;
  #handle: FileHandle | null = null;
  #known: Known | null = null;
  #idle: ReturnType<typeof setTimeout> | null = null;
  /** Ends when every append so far has. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `mode`: permissions of a file that is not there yet. */
  constructor(file: string, { mode }: { readonly mode?: number } = {}) {
    this.file = file;
    this.#mode = mode;
  }

  /** With `flush` the text survives a power cut once this resolves. When it fails (a full disk) nothing was appended. @throws file errors. */
  async append(text: string, flush: boolean): Promise<void> {
    return this.#inTurn(() => this.#append(text, flush));
  }

  /** After the appends so far; the next one opens the file again. */
  async close(): Promise<void> {
    return this.#inTurn(() => this.#close());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #append(text: string, flush: boolean): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const vault = vaultOf(this.file);
    const { handle, known } = await this.#open(vault);
    const from = known.end?.bytes ?? known.size;
    // A record that a crash tore goes, or it would hide those after it.
    if (from < known.size) await handle.truncate(from);
    let content: Uint8Array = Buffer.from(text, 'utf8');
    if (vault !== null && known.end !== null) {
      const record = sealRecord(vault.key, known.end.header, known.end.records, content);
      content = from === 0 ? Buffer.concat([known.end.header, record]) : record;
    }
    try {
      await handle.appendFile(content);
      if (flush) await handle.datasync();
    } catch (error) {
      await handle.truncate(from).catch(() => undefined);
      this.#known = null;
      await this.#close();
      throw error;
    }
    const size = from + content.length;
    this.#known = { ...known, size, end: known.end && { header: known.end.header, records: known.end.records + 1, bytes: size } };
    this.#idle = setTimeout(() => void this.close(), heldForMs);
    this.#idle.unref();
  }

  async #close(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  async #open(vault: Vault | null): Promise<{ handle: FileHandle; known: Known }> {
    // Asked of the path and not of the handle: who took the project over meanwhile, or encrypted it, has put another file there.
    const now = statSync(this.file, { throwIfNoEntry: false });
    const before = this.#known;
    const known = before !== null && now?.ino === before.inode && now.dev === before.device && now.size === before.size && (before.end === null) === (vault === null) ? before : null;
    if (known === null) await this.#close();
    if (known !== null && this.#handle !== null) return { handle: this.#handle, known };
    if (known === null && vault !== null) await asLog(this.file);
    const handle = await open(this.file, 'a+', this.#mode).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      await mkdir(path.dirname(this.file), { recursive: true });
      return open(this.file, 'a+', this.#mode);
    });
    this.#handle = handle;
    if (known !== null) return { handle, known };
    const { size, ino, dev } = await handle.stat();
    return { handle, known: { device: dev, inode: ino, size, end: vault === null ? null : await endOf(this.file, size) } };
  }
}

async function endOf(file: string, size: number): Promise<End> {
  if (size === 0) return { header: emptyLog(), records: 0, bytes: 0 };
  const stored = await readFile(file);
  return { header: stored.subarray(0, headerBytes), ...logEnd(stored) };
}

/** A file that is plain, or was written as a whole, becomes a log before it is appended to. */
async function asLog(file: string): Promise<void> {
  const stored = await readFile(file).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : Promise.reject(error)));
  if (stored === null || stored.length === 0 || sealedKind(stored) === 'log') return;
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  const text = Buffer.from(openContent(file, stored)).toString('utf8');
  await writeFile(temporary, sealedLog(file, text), { flush: true });
  await rename(temporary, file);
}
