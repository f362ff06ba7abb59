import { constants } from 'node:fs';
import { access, copyFile, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { appPlaces, findProject, holdsProject, isTrustedFolder, seedSamples, userConfigDir, type EngineOptions, type ProjectPlace } from '#app/engine/index.ts';
import { placeOf } from './document.ts';

/**
 * Makes a project folder that a command will write to, so that a folder that cannot be one is a sentence and not a failed call.
 * Folder by folder: a recursive mkdir does not end on file systems that refuse new folders with ENOENT.
 * @throws PenstockError `project-unwritable`.
 */
export async function prepareProject(projectDir: string): Promise<void> {
  const missing: string[] = [];
  let at = projectDir;
  for (; ; at = path.dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found !== null) {
      if (!found.isDirectory()) throw unwritable(projectDir, at === projectDir ? 'it is a file' : `${at} is a file`);
      break;
    }
    missing.unshift(at);
    if (path.dirname(at) === at) break;
  }
  try {
    for (const folder of missing) await mkdir(folder).catch((error: NodeJS.ErrnoException) => (error.code === 'EEXIST' ? undefined : Promise.reject(error)));
    await access(projectDir, constants.W_OK);
  } catch (error) {
    throw unwritable(projectDir, reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? (error as Error).message);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'no folder can be made there',
};

function unwritable(projectDir: string, why: string): PenstockError {
  return new PenstockError('project-unwritable', `${projectDir} cannot be the project folder: ${why}.`, { remedy: 'Name a folder that you may write to with --project.', place: { file: projectDir } });
}

/** Whether a file is one of the example pipelines that come with Penstock. */
export async function isExample(file: string): Promise<boolean> {
  const examples = path.join(appPlaces().resourcesDir, 'samples', 'project');
  const [inside, real] = await Promise.all([realpath(examples), realpath(file)].map((one) => one.catch(() => null)));
  return typeof inside === 'string' && typeof real === 'string' && real.startsWith(inside + path.sep);
}

/**
 * Where a pipeline file is to run, ready to be written to. Relative paths in a pipeline are under the project, wherever the file
 * lies; an example brings the data that it reads, as it does in the app, but not into the folder that Penstock is installed in.
 * @throws PenstockError `project-unwritable`, `example-without-project`.
 */
export async function openPlace(file: string, project: string | undefined): Promise<ProjectPlace & Required<Pick<EngineOptions, 'trust'>>> {
  const example = await isExample(file);
  if (example && project === undefined) {
    throw new PenstockError('example-without-project', `${file} is an example that comes with Penstock; its results need a folder of yours.`, { remedy: 'Name one, new or not, with --project FOLDER.' });
  }
  const place = placeOf(file, project);
  await prepareProject(place.projectDir);
  const isNew = !holdsProject(place.projectDir);
  if (example) await bringExampleData(place.filesDir);
  if (!example && isOfUntrusted(file, place)) return { ...place, trust: 'restricted' };
  return { ...place, trust: isNew ? 'made' : 'ask' };
}

/** A pipeline of a project from elsewhere stays what it is in whatever project it is run. */
function isOfUntrusted(file: string, place: ProjectPlace): boolean {
  const home = findProject(path.dirname(path.resolve(file)));
  return home.found && home.projectDir !== place.projectDir && !isTrustedFolder(home.projectDir, userConfigDir());
}

/** The example pipelines and their data, into a folder that has no pipelines; where it has, only data that is missing. */
export async function bringExampleData(folder: string): Promise<void> {
  const { resourcesDir } = appPlaces();
  await seedSamples(folder, resourcesDir);
  const datasets = path.join(resourcesDir, 'samples', 'datasets');
  await mkdir(path.join(folder, 'data'), { recursive: true });
  for (const name of await readdir(datasets)) {
    if (!name.endsWith('.csv')) continue;
    await copyFile(path.join(datasets, name), path.join(folder, 'data', name), constants.COPYFILE_EXCL).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
