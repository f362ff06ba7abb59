import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/**
 * How a project changes from plain to encrypted (or back, or to another key) without a moment at which a kill could lose anything: the new
 * files are made in `.penstock-convert/new`; a list of what is to be replaced and removed, renamed into place once all is on disk, is the
 * moment of change; then the files take their places. Who opens the project next finishes what was listed, and throws away what was not.
 */
const workName = '.penstock-convert';
const listName = 'ready.json';

/** A list may come with a project from elsewhere: it must not name anything outside. */
const inside = z.string().refine((file) => file !== '' && !path.isAbsolute(file) && !file.split(/[\\/]/).some((part) => part === '..' || part.includes('\0')));
const listSchema = z.object({ replace: z.array(inside), remove: z.array(inside) });

export interface Conversion {
  /** Where the new files go, by the paths they will have in the project. */
  readonly folder: string;
  /** From here on the project is the new one. `remove`: paths that it has not any more. @throws file errors before that; nothing has changed then. */
  commit(remove: readonly string[]): Promise<void>;
  /** Throws the new files away. */
  abandon(): Promise<void>;
}

export async function beginConversion(projectDir: string): Promise<Conversion> {
  const work = path.join(projectDir, workName);
  await rm(work, { recursive: true, force: true });
  const folder = path.join(work, 'new');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    folder,
    async commit(remove) {
      const replace = await syncedFiles(folder);
      const draft = path.join(work, 'draft.json');
      await writeFile(draft, JSON.stringify({ replace, remove }), { flush: true });
      await rename(draft, path.join(work, listName));
      await syncFolder(work);
      await finishConversion(projectDir);
    },
    abandon: () => rm(work, { recursive: true, force: true }),
  };
}

/** Finishes or undoes what a killed conversion left; for whoever is about to open the project. Nothing happens where there is none. */
export async function finishConversion(projectDir: string): Promise<void> {
  const work = path.join(projectDir, workName);
  const list = readList(path.join(work, listName));
  if (list === 'none') return;
  if (list !== 'unfinished') {
    for (const file of list.remove) await rm(path.join(projectDir, file), { recursive: true, force: true });
    for (const file of list.replace) {
      const target = path.join(projectDir, file);
      await mkdir(path.dirname(target), { recursive: true });
      // One that is not there any more has its place already.
      await rename(path.join(work, 'new', file), target).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : Promise.reject(error)));
    }
    await syncFolder(projectDir);
  }
  await rm(work, { recursive: true, force: true });
}

function readList(file: string): z.output<typeof listSchema> | 'unfinished' | 'none' {
  if (!existsSync(path.dirname(file))) return 'none';
  if (!existsSync(file)) return 'unfinished';
  return listSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Relative paths of all files, each of them and their folders on disk. */
async function syncedFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const at = path.join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await syncFolder(at);
    else {
      files.push(path.relative(folder, at));
      const handle = await open(at, 'r+');
      await handle.sync();
      await handle.close();
    }
  }
  await syncFolder(folder);
  return files;
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
