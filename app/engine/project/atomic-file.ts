import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { diskFullError } from '#app/core/disk-full.ts';
import type { AppendLog } from '#app/sealing/append-log.ts';
import { sealedContent, sealedLog } from '#app/sealing/files.ts';

/**
 * Writes a whole file so that a reader, or a crash, sees either the old content or the new: temporary name beside it, fsync,
 * rename, fsync of the folder. The temporary file is removed when writing fails (a full disk). In an encrypted project what is
 * written is encrypted; `log`: for files that are appended to.
 */
export async function writeFileAtomically(file: string, content: string | Uint8Array, options: { readonly mode?: number; readonly log?: true } = {}): Promise<void> {
  await writePlainAtomically(file, options.log === true && typeof content === 'string' ? sealedLog(file, content) : sealedContent(file, content), options.mode);
}

/** As `writeFileAtomically`, never encrypted: for what lies outside a project, and for its wrapped keys. */
export async function writePlainAtomically(file: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw await naming(error, file, Buffer.byteLength(content));
  }
  await syncFolder(folder);
}

/** Appends and fsyncs: what was appended survives a power cut once this resolves; when it fails (a full disk), nothing was appended. */
export async function appendDurably(log: AppendLog, text: string): Promise<void> {
  try {
    await log.append(text, true);
  } catch (error) {
    throw await naming(error, log.file, Buffer.byteLength(text));
  }
}

/** A failed write or fsync knows only its handle; the person needs the file (toDiagnostic reads `path`). */
async function naming(thrown: unknown, file: string, needed: number): Promise<unknown> {
  if ((thrown as NodeJS.ErrnoException | null)?.code === 'ENOSPC') {
    const free = await statfs(path.dirname(file)).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    );
    return diskFullError({ file, needed, free }, thrown);
  }
  return thrown instanceof Error ? Object.assign(thrown, { path: file }) : thrown;
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its rename is durable by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
