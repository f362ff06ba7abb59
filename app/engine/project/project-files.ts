import { existsSync } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { newElementId } from '#app/core/ids.ts';
import { projectRelative, resolveInside } from './paths.ts';

export interface ProjectFile {
  readonly name: string;
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** The engine's own folders and files: not data. */
const own = new Set(['artifacts', 'sealed', 'keys.json', 'journals', 'reports', 'trash', 'audit-inbox', 'backups']);
/** With their logs, backups and what was set aside as damaged. */
export const isOwnDatabase = (name: string): boolean => /^(?:penstock|features|access)\.db(?:[-.].*)?$/.test(name);

/** Folders first, then files, by name; hidden ones and the engine's own are left out. @throws PenstockError `path-outside`. */
export async function listFiles(root: string, folder: string): Promise<ProjectFile[]> {
  const at = resolveInside(root, folder);
  const entries = await readdir(at, { withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => !entry.name.startsWith('.') && !(at === root && (own.has(entry.name) || isOwnDatabase(entry.name))))
      .map(async (entry): Promise<ProjectFile | null> => {
        const file = path.join(at, entry.name);
        // A link out of the project is not of the project: neither its size nor whether it leads anywhere is told.
        if (entry.isSymbolicLink() && !(await leadsInside(root, file))) return null;
        const info = await stat(file).catch(() => null);
        if (info === null || !(info.isFile() || info.isDirectory())) return null;
        return {
          name: entry.name,
          path: projectRelative(root, path.join(at, entry.name)),
          kind: info.isDirectory() ? 'folder' : 'file',
          bytes: info.isDirectory() ? 0 : info.size,
          modifiedAt: info.mtimeMs,
        };
      }),
  );
  return files
    .filter((file) => file !== null)
    .toSorted((a, b) => Number(a.kind === 'file') - Number(b.kind === 'file') || a.name.localeCompare(b.name));
}

async function leadsInside(root: string, link: string): Promise<boolean> {
  const [home, target] = await Promise.all([realpath(root), realpath(link).catch(() => null)]);
  return target !== null && target.startsWith(home + path.sep);
}

/** Stores an uploaded file under `data/`; a name that is taken gets a number. Visible only when whole. */
export async function storeUpload(root: string, name: string, content: Blob): Promise<{ path: string }> {
  const base = path.basename(name.replaceAll('\\', '/'));
  if (base === '' || base.startsWith('.') || base !== name) {
    throw new PenstockError('file-name', `${JSON.stringify(name)} cannot be the name of a file.`, { remedy: 'Use a plain file name such as orders.csv.' });
  }
  const folder = path.join(root, 'data');
  await mkdir(folder, { recursive: true });
  const extension = path.extname(base);
  const stem = base.slice(0, base.length - extension.length);
  let target = resolveInside(root, `data/${base}`);
  for (let number = 2; existsSync(target); number += 1) target = resolveInside(root, `data/${stem}-${number}${extension}`);
  const temporary = path.join(folder, `.${newElementId()}.upload`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      for await (const chunk of content.stream()) await handle.write(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { path: projectRelative(root, target) };
}
