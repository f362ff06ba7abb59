import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { emptyLog, logEnd, openLog, sealRecord } from './log.ts';
import { headerBytes, sealBytes, sealedKind, unsealBytes } from './stream.ts';
import { needsKey, vaultOf } from './vault.ts';

/**
 * Reading and writing files of a project, encrypted where the project is. Files that are not encrypted in an encrypted project (a pipeline
 * that somebody put there) can be read; the next save encrypts them.
 */

/** What is to be written to `file` for it to have this content. */
export function sealedContent(file: string, content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const vault = vaultOf(file);
  return vault === null ? bytes : sealBytes(vault.key, bytes);
}

/** The content of what lies in `file`. @throws PenstockError `project-encrypted`, `sealed-damaged`. */
export function openContent(file: string, stored: Uint8Array): Uint8Array {
  const kind = sealedKind(stored);
  if (kind === null) return stored;
  const vault = vaultOf(file);
  if (vault === null) throw needsKey(path.dirname(file));
  return kind === 'file' ? unsealBytes(vault.key, stored, file) : Buffer.concat(openLog(vault.key, stored, file));
}

/** @throws as `readFile`, and PenstockError `project-encrypted`, `sealed-damaged`. */
export async function readProjectFile(file: string): Promise<Uint8Array> {
  return openContent(file, await readFile(file));
}

export async function readProjectText(file: string): Promise<string> {
  return Buffer.from(await readProjectFile(file)).toString('utf8');
}

export function readProjectTextSync(file: string): string {
  return Buffer.from(openContent(file, readFileSync(file))).toString('utf8');
}

/** Ends of logs that this process has appended to, so that a long one is not read for every line. */
const ends = new Map<string, { header: Buffer; records: number; bytes: number }>();

/**
 * Appends text; with `flush` it survives a power cut once this resolves. When it fails (a full disk) nothing was appended. One writer at a
 * time. @throws file errors.
 */
export async function appendProjectText(file: string, text: string, flush: boolean): Promise<void> {
  const vault = vaultOf(file);
  if (vault !== null) await asLog(file);
  const handle = await open(file, 'a+').catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(path.dirname(file), { recursive: true });
    return open(file, 'a+');
  });
  try {
    const { size } = await handle.stat();
    let content: Uint8Array = Buffer.from(text, 'utf8');
    let from = size;
    if (vault !== null) {
      const known = ends.get(file);
      const end = known !== undefined && known.bytes === size ? known : await endOf(file, size);
      from = size === 0 ? 0 : end.bytes;
      // A record that a crash tore goes, or it would hide those after it.
      if (from < size) await handle.truncate(from);
      const record = sealRecord(vault.key, end.header, end.records, content);
      content = size === 0 ? Buffer.concat([end.header, record]) : record;
      ends.set(file, { header: end.header, records: end.records + 1, bytes: from + content.length });
    }
    try {
      await handle.appendFile(content);
      if (flush) await handle.datasync();
    } catch (error) {
      ends.delete(file);
      await handle.truncate(from).catch(() => undefined);
      throw error;
    }
  } finally {
    await handle.close();
  }
}

async function endOf(file: string, size: number): Promise<{ header: Buffer; records: number; bytes: number }> {
  if (size === 0) return { header: emptyLog(), records: 0, bytes: headerBytes };
  const stored = await readFile(file);
  return { header: stored.subarray(0, headerBytes), ...logEnd(stored) };
}

/** A file that is plain, or was written as a whole, becomes a log before it is appended to. */
async function asLog(file: string): Promise<void> {
  if (ends.has(file)) return;
  const stored = await readFile(file).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : Promise.reject(error)));
  if (stored === null || stored.length === 0 || sealedKind(stored) === 'log') return;
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  const text = Buffer.from(openContent(file, stored)).toString('utf8');
  await writeFile(temporary, sealedLog(file, text), { flush: true });
  await rename(temporary, file);
}

/** Content of a file that will be appended to: a log with one record where the project is encrypted. */
export function sealedLog(file: string, text: string): Uint8Array {
  const vault = vaultOf(file);
  const bytes = Buffer.from(text, 'utf8');
  if (vault === null) return bytes;
  const header = emptyLog();
  return Buffer.concat([header, sealRecord(vault.key, header, 0, bytes)]);
}
