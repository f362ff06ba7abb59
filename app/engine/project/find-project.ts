import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where results are kept, and what relative paths in params are under. */
export interface ProjectPlace {
  readonly projectDir: string;
  readonly filesDir: string;
}

/**
 * The project that a folder belongs to: the nearest folder at or above it that holds `penstock.db` or `pipelines/`. A pipeline
 * file outside any project gets a hidden `.penstock/` beside it for its results, and its paths are relative to its own folder.
 */
export function findProject(folder: string): ProjectPlace & { readonly found: boolean } {
  const start = path.resolve(folder);
  for (let at = start; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'penstock.db')) || existsSync(path.join(at, 'pipelines'))) return { projectDir: at, filesDir: at, found: true };
    if (existsSync(path.join(at, '.penstock', 'penstock.db'))) return { projectDir: path.join(at, '.penstock'), filesDir: at, found: true };
    if (path.dirname(at) === at) return { projectDir: path.join(start, '.penstock'), filesDir: start, found: false };
  }
}
