import { cp, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Lays out the bundled sample project in `projectDir` where there is none yet: example pipelines, and the datasets they read as
 * files in `data/`. A file the user already has is never overwritten, so their changes to the samples stay.
 */
export async function ensureSampleProject(projectDir: string, resourcesDir: string): Promise<void> {
  const samples = path.join(resourcesDir, 'samples');
  await mkdir(path.join(projectDir, 'data'), { recursive: true });
  const present = await stat(path.join(projectDir, 'penstock.db')).catch(() => null);
  if (present !== null) return;
  await cp(path.join(samples, 'project'), projectDir, { recursive: true, force: false });
  for (const name of await readdir(path.join(samples, 'datasets'))) {
    if (name === 'index.json') continue;
    await cp(path.join(samples, 'datasets', name), path.join(projectDir, 'data', name), { force: false });
  }
}
