import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Fills a new project with the example pipelines and the data they read. Does nothing where there are pipelines already, and
 * never replaces a file.
 */
export async function seedSamples(projectDir: string, resourcesDir: string): Promise<void> {
  const pipelines = path.join(projectDir, 'pipelines');
  const present = await readdir(pipelines).catch((): string[] => []);
  if (present.some((name) => name.endsWith('.pipeline.json'))) return;
  const samples = path.join(resourcesDir, 'samples');
  if (!existsSync(path.join(samples, 'project'))) return;
  await mkdir(projectDir, { recursive: true });
  await cp(path.join(samples, 'project'), projectDir, { recursive: true, force: false });
  const data = path.join(projectDir, 'data');
  await mkdir(data, { recursive: true });
  // Datasets of one file, and folders of files.
  for (const entry of await readdir(path.join(samples, 'datasets'), { withFileTypes: true })) {
    if (entry.isDirectory() || entry.name.endsWith('.csv')) await cp(path.join(samples, 'datasets', entry.name), path.join(data, entry.name), { recursive: true, force: false });
  }
}
