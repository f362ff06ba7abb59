import { existsSync } from 'node:fs';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { appPlaces, createEngine, findProject, type Engine } from '#app/engine/index.ts';

/**
 * Opens a project that is there already (`folder`, or the nearest) for one piece of work. To `write` takes its lease.
 * @throws PenstockError `project-missing`, `project-locked` when a window or server has it open, those of the work.
 */
export async function withOpenProject<T>(folder: string | undefined, access: 'read' | 'write', work: (engine: Engine) => Promise<T>): Promise<T> {
  const place = folder === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(folder), filesDir: path.resolve(folder) };
  if (!existsSync(path.join(place.projectDir, 'penstock.db'))) {
    throw new PenstockError('project-missing', `There is no project in ${place.projectDir}.`, { remedy: 'Name the folder of a project with --project; “penstock run” and “penstock serve” make one.' });
  }
  const engine = await createEngine({ ...place, ...appPlaces(), readOnly: access === 'read' });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
