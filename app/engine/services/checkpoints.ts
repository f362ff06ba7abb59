import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CheckpointServices } from '#app/sdk/node.ts';
import { artifactFolder } from '#app/store/index.ts';
import { readProjectFile, sealedContent } from '#app/sealing/files.ts';

export const checkpointFolder = (projectDir: string): string => path.join(artifactFolder(projectDir), 'checkpoints');

/** Days after which a checkpoint that nobody came back to goes. */
const keptDays = 30;
/** Cache keys are hashes, or `never-ID`. */
const ownName = /^(?:(?:[0-9a-f]{32,64}|never-\w+)\.(?:bin|parts)|\.[0-9a-f]{16}\.partial)$/;

/** Where training left off, a file for each cache key: a killed run leaves it behind, a finished node removes it. */
export class Checkpoints {
  readonly #folder: string;
  readonly #canWrite: () => boolean;

  constructor(folder: string, canWrite: () => boolean) {
    this.#folder = folder;
    this.#canWrite = canWrite;
  }

  /** For a node with this cache key; without one nothing is kept. */
  of(key: string | null): CheckpointServices {
    if (key === null) return { load: async () => null, save: async () => {} };
    const file = path.join(this.#folder, `${key}.bin`);
    return {
      load: () => readProjectFile(file).catch(() => null),
      save: async (bytes) => {
        if (!this.#canWrite()) return;
        await mkdir(this.#folder, { recursive: true });
        const temporary = path.join(this.#folder, `.${randomBytes(8).toString('hex')}.partial`);
        try {
          const handle = await open(temporary, 'w');
          try {
            await handle.writeFile(sealedContent(file, bytes));
            await handle.sync();
          } finally {
            await handle.close();
          }
          await rename(temporary, file);
        } finally {
          await rm(temporary, { force: true });
        }
      },
    };
  }

  /** A folder for finished parts of the node's work, which goes with its checkpoint; null where nothing is kept. In an encrypted project only tables named by `partFile` are sealed there. */
  async partsOf(key: string | null): Promise<string | null> {
    if (key === null || !this.#canWrite()) return null;
    const folder = path.join(this.#folder, `${key}.parts`);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async remove(key: string | null): Promise<void> {
    if (key === null || !this.#canWrite()) return;
    for (const kind of ['bin', 'parts']) await rm(path.join(this.#folder, `${key}.${kind}`), { recursive: true, force: true });
  }

  /** Removes what is old or half written. Only the holder of the lease may call it. */
  async sweep(now: number): Promise<void> {
    for (const name of await readdir(this.#folder).catch((): string[] => [])) {
      // By our own names only: in a project from elsewhere the folder may be a link to one that is not ours.
      if (!ownName.test(name)) continue;
      const file = path.join(this.#folder, name);
      const info = await stat(file).catch(() => null);
      if (info !== null && (name.endsWith('.partial') || now - info.mtimeMs > keptDays * 86_400_000)) await rm(file, { recursive: true, force: true });
    }
  }
}
