import { stat } from 'node:fs/promises';
import type { ArtifactFiles } from '../services/artifact-files.ts';
import type { ResultStorage } from './storage.ts';

/** Artifacts whose writing counts against the disk budget. */
export function noted(artifacts: ArtifactFiles, storage: ResultStorage): ArtifactFiles {
  return {
    ...artifacts,
    async put(bytes, name) {
      const id = await artifacts.put(bytes, name);
      storage.written(id, typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.byteLength);
      return id;
    },
    async adopt(file, name) {
      const { size } = await stat(file);
      const id = await artifacts.adopt(file, name);
      storage.written(id, size);
      return id;
    },
  };
}
