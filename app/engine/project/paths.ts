import { realpathSync } from 'node:fs';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';

/**
 * The one place where a path from a client becomes a path on disk.
 * Front ends name project files by paths relative to the project; nothing outside it can be named that way, links included.
 */

/** Names that Windows keeps for devices, whatever their extension. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/**
 * Absolute path of `relative` under `root`. The file need not exist.
 * @throws PenstockError `path-outside` for absolute paths, `..`, links that lead out, NUL and reserved names.
 */
export function resolveInside(root: string, relative: string): string {
  const parts = relative.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  const outside =
    relative.includes('\0') || path.isAbsolute(relative) || /^[a-z]:/i.test(relative) || parts.some((part) => part === '..' || reserved.test(part));
  if (outside) throw refused(relative);
  const resolved = path.join(root, ...parts);
  const realRoot = realpathSync(root);
  for (let at = resolved; ; at = path.dirname(at)) {
    const real = realPathOf(at);
    if (real === null) continue;
    if (real !== realRoot && !real.startsWith(realRoot + path.sep)) throw refused(relative);
    return resolved;
  }
}

function realPathOf(target: string): string | null {
  try {
    return realpathSync(target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function refused(relative: string): PenstockError {
  return new PenstockError('path-outside', `The path ${JSON.stringify(relative)} is not inside the project.`, {
    remedy: 'Name a file inside the project folder.',
  });
}

/** A file name (without extension) from a title: letters, digits and hyphens, never empty, at most 60 characters. */
export function fileNameFor(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
  return plain === '' ? 'pipeline' : reserved.test(plain) ? `${plain}-pipeline` : plain;
}

/** Path as it is shown and stored: relative to the project with forward slashes where inside it, else absolute. */
export function projectRelative(root: string, absolute: string): string {
  const relative = path.relative(root, absolute);
  return relative.startsWith('..') || path.isAbsolute(relative) ? absolute : relative.split(path.sep).join('/');
}
