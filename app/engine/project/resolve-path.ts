import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';

/** `resource:samples/datasets/cars.csv` is a file that comes with the app, wherever it is installed. */
export const resourceScheme = 'resource:';

/**
 * Paths in params → absolute paths: relative ones are under the project, so that a project folder can be moved;
 * `resource:` ones are files of the app; absolute ones stay.
 */
export function pathResolver(filesDir: string, resourcesDir: string): (given: string) => string {
  return (given) => {
    if (given.includes('\0')) throw new PenstockError('path-invalid', 'A file path may not contain a NUL character.');
    if (given.startsWith(resourceScheme)) {
      const file = path.resolve(resourcesDir, given.slice(resourceScheme.length));
      if (file.startsWith(path.resolve(resourcesDir) + path.sep)) return file;
      throw new PenstockError('path-outside', `${given} is not a file that comes with Penstock.`);
    }
    return path.resolve(filesDir, given);
  };
}
