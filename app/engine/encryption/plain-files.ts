import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { keyRingFile } from '#app/sealing/key-ring.ts';
import { isOwnDatabase } from '../project/project-files.ts';
import { files, folders } from './convert.ts';

/** What stays readable without a key in an encrypted project, by what lies in its folder. */
export interface PlainFiles {
  readonly files: number;
  readonly bytes: number;
  /** By first part of the path, most files first; `.git` is one of them. */
  readonly places: readonly { readonly name: string; readonly files: number; readonly bytes: number }[];
  /** There are more than were counted. */
  readonly isMore: boolean;
}

/** A folder of pictures must not hold the settings up. */
const mostCounted = 50_000;

const own: ReadonlySet<string> = new Set([...folders, ...files, 'artifacts', 'sealed', keyRingFile, '.penstock-convert']);
const isOwn = (name: string): boolean => own.has(name) || isOwnDatabase(name);

/**
 * Files in a project's folder that are not Penstock's own: people's data, exported bundles, a git repository. Encryption leaves them as they
 * are (docs/decisions/encryption-of-data.md). Links are counted, and not followed.
 */
export async function plainFiles(projectDir: string, most = mostCounted): Promise<PlainFiles> {
  const places: { name: string; files: number; bytes: number }[] = [];
  let left = most;
  for (const entry of await readdir(projectDir, { withFileTypes: true })) {
    if (isOwn(entry.name)) continue;
    const place = { name: entry.name, files: 0, bytes: 0 };
    const waiting = [entry];
    for (let one = waiting.pop(); one !== undefined && left > 0; one = waiting.pop()) {
      const at = path.join(one.parentPath, one.name);
      if (one.isDirectory()) {
        for (const inside of await readdir(at, { withFileTypes: true }).catch(() => [])) waiting.push(inside);
      } else {
        left -= 1;
        place.files += 1;
        place.bytes += one.isSymbolicLink() ? 0 : await stat(at).then(({ size }) => size, () => 0);
      }
    }
    if (place.files > 0) places.push(place);
  }
  const sum = (of: 'files' | 'bytes'): number => places.reduce((total, place) => total + place[of], 0);
  return { files: sum('files'), bytes: sum('bytes'), places: places.toSorted((a, b) => b.files - a.files), isMore: left <= 0 };
}
