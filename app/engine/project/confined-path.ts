import { realpathSync } from 'node:fs';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { resourceScheme } from './resolve-path.ts';

/** What Penstock keeps for itself at the top of a project: read as data it would give secrets away, written to it would be obeyed. */
const own = /^(penstock\.db.*|features\.db.*|artifacts|servers|lineage|connections\.json|notifications\.json|packs\.json|database-reads\.json|penstock\.ci\.json)$/i;

/**
 * Paths in params for a server that several people use: files of the project and of `folders`, links followed, and of the app; never what
 * Penstock keeps for itself, nor hidden files. Whoever may edit a pipeline would otherwise read, and write, whatever the server may.
 * @throws PenstockError `path-outside`, `path-own`.
 */
export function confined(resolve: (given: string) => string, filesDir: string, folders: readonly string[]): (given: string) => string {
  const home = real(path.resolve(filesDir));
  const others = folders.map((folder) => real(path.resolve(folder)));
  return (given) => {
    const file = resolve(given);
    if (given.startsWith(resourceScheme)) return file;
    const target = real(file);
    if (others.some((folder) => isInside(folder, target))) return file;
    if (!isInside(home, target)) {
      throw new PenstockError('path-outside', `${given} lies outside the project; on this server only its files can be used.`, { remedy: 'Upload the file, or ask whoever runs the server to allow its folder with --data.' });
    }
    // As it was written, too: a link inside the project may lead from a hidden name to a plain one.
    for (const one of [target, path.join(home, path.relative(path.resolve(filesDir), file))]) {
      const parts = path.relative(home, one).split(path.sep).filter((part) => part !== '');
      // Where a project lies in a folder .penstock beside its files, its request logs are read from there.
      const from = parts[0] === '.penstock' && parts[1] === 'requests' ? 2 : 0;
      if (own.test(parts[from === 0 ? 0 : parts.length] ?? '') || parts.slice(from).some((part) => part.startsWith('.') && part !== '..')) {
        throw new PenstockError('path-own', `${given} is a file that Penstock or the system keeps for itself.`, { remedy: 'Name a file of data.' });
      }
    }
    return file;
  };
}

const isInside = (folder: string, file: string): boolean => file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);

/** The real path of what is there, with the rest behind it. */
function real(file: string): string {
  for (let at = file, rest = ''; ; rest = path.join(path.basename(at), rest), at = path.dirname(at)) {
    try {
      return path.join(realpathSync(at), rest);
    } catch {
      if (path.dirname(at) === at) return file;
    }
  }
}
