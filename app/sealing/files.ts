import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { emptyLog, openLog, sealRecord } from './log.ts';
import { sealBytes, sealedKind, unsealBytes } from './stream.ts';
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

/** Content of a file that will be appended to: a log with one record where the project is encrypted. */
export function sealedLog(file: string, text: string): Uint8Array {
  const vault = vaultOf(file);
  const bytes = Buffer.from(text, 'utf8');
  if (vault === null) return bytes;
  const header = emptyLog();
  return Buffer.concat([header, sealRecord(vault.key, header, 0, bytes)]);
}
