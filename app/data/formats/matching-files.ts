import { glob, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PenstockError } from '#app/core/errors.ts';

const maxFiles = 1_000_000;

export interface MatchedFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * The files that paths name: a file as it is, a folder with all its files of these extensions (hidden ones left out), else a pattern
 * with * ? [ ] and **. Sorted by path, each once.
 * @throws PenstockError `file-missing` where a path or pattern names nothing, `too-many-files`.
 */
export async function matchingFiles(patterns: readonly string[], extensions: readonly string[], recursive: boolean): Promise<MatchedFile[]> {
  const paths = new Set<string>();
  const add = (path: string): void => {
    paths.add(path);
    if (paths.size > maxFiles) throw new PenstockError('too-many-files', `More than a million files match.`, { remedy: 'Choose a narrower folder or pattern.' });
  };
  for (const pattern of patterns) {
    const info = await stat(pattern).catch(() => null);
    const before = paths.size;
    if (info?.isFile() === true) add(resolve(pattern));
    else if (info?.isDirectory() === true) {
      const known = (name: string): boolean => extensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`));
      for (const entry of await readdir(pattern, { withFileTypes: true, recursive })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && known(entry.name) && !path.slice(pattern.length).split(/[\\/]/).some((part) => part.startsWith('.'))) add(resolve(path));
      }
    } else if (/[*?[]/.test(pattern)) for await (const path of glob(pattern)) if ((await stat(path)).isFile()) add(resolve(path));
    if (paths.size === before && info?.isFile() !== true) {
      const fault = info?.isDirectory() === true ? `The folder ${pattern} holds no file of this kind (${extensions.join(', ')}).` : /[*?[]/.test(pattern) ? `No file matches ${pattern}.` : `The file ${pattern} does not exist.`;
      throw new PenstockError('file-missing', fault, { remedy: 'Check the path, or choose it again.', place: { file: pattern } });
    }
  }
  const sorted = [...paths].sort();
  return Promise.all(
    sorted.map(async (path) => {
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs };
    }),
  );
}
