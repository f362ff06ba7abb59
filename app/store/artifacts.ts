import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { diskFullError } from '#app/core/disk-full.ts';
import { PenstockError } from '#app/core/errors.ts';
import { openContent, readProjectFile } from '#app/sealing/files.ts';
import { isEncrypted } from '#app/sealing/key-ring.ts';
import { sealBytes, sealedKind } from '#app/sealing/stream.ts';
import { vaultOf } from '#app/sealing/vault.ts';

const idPattern = /^[0-9a-f]{64}$/;

/** A tenth of a second of hashing. */
const largestLookedThrough = 100 * 1024 * 1024;
/** As `temporaryPath` gives them, and what DuckDB and our own writers of tables write beside such a name until it is whole. */
const temporaryName = /^(?:(?:tmp_)?(?:[0-9a-f]{24}|[0-9a-f]{64})(?:\.[\w.]+)?|\.[0-9a-f]{12,64}(?:\.\w+)?\.partial)$/;

/** A name that its table's key is made from; see `temporaryPath`. */
const sealedTableName = /^[0-9a-f]{64}(?=\.parquet$|$)/;
/** In `artifacts/` of a project that was decrypted: ids, a line each. */
export const convertedList = 'converted.txt';
/** Begins a Parquet file whose footer is encrypted. */
const encryptedParquet = Buffer.from('PARE');

/** Where a project's artifacts are: another folder where they are encrypted, by which DuckDB's SQL knows that a table needs its key. */
export const artifactFolder = (projectDir: string): string => path.join(projectDir, isEncrypted(projectDir) ? 'sealed' : 'artifacts');

/**
 * Files by the sha256 of their content: `artifacts/ab/abcdef…`. A file is visible under its id only when it is whole and on disk
 * (temporary file, fsync, rename, fsync of the folder). Never changed, so equal ids are equal bytes.
 *
 * In an encrypted project they are in `sealed/`. Ids are keyed hashes of the content, which say nothing to who lacks the key, and for
 * tables, which DuckDB encrypts while it writes them, random: an id is the name that the table's key is made from.
 */
export class ArtifactStore {
  readonly #root: string;
  readonly #seenWhole = new Set<string>();

  /** `root` is the `artifacts` folder; made on first use. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Stores bytes; text is UTF-8. @throws PenstockError `disk-full` (nothing is left behind), `file-denied`. */
  async put(content: Uint8Array | string): Promise<{ id: string; bytes: number }> {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    const vault = vaultOf(this.#root);
    const id = vault?.artifactId(bytes) ?? createHash('sha256').update(bytes).digest('hex');
    if (await this.has(id)) return { id, bytes: bytes.byteLength };
    await this.#whole(bytes.byteLength, async () => {
      const temporary = await this.temporaryPath();
      try {
        const handle = await open(temporary, 'wx');
        try {
          await handle.writeFile(vault === null ? bytes : sealBytes(vault.key, bytes));
          await handle.sync();
        } finally {
          await handle.close();
        }
        await this.#publish(temporary, id);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    });
    return { id, bytes: bytes.byteLength };
  }

  /** Takes over a finished file: hashed, fsynced, renamed. The file must be on the same volume (see `temporaryPath`); it is gone afterwards. */
  async adopt(file: string): Promise<{ id: string; bytes: number }> {
    const { size } = await stat(file);
    const id = vaultOf(this.#root) === null ? await hashFile(file) : await this.#sealedTable(file);
    if (id === null) {
      const { id: put } = await this.put(await readFile(file));
      await rm(file, { force: true });
      return { id: put, bytes: size };
    }
    await this.#whole(size, async () => {
      if (await this.has(id)) {
        await rm(file, { force: true });
        return;
      }
      const handle = await open(file, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await this.#publish(file, id);
    });
    this.#seenWhole.add(id);
    return { id, bytes: size };
  }

  /** A fresh name on the artifacts' volume, for files that are to be adopted. Left-overs are swept at the next start. */
  async temporaryPath(extension = ''): Promise<string> {
    const folder = path.join(this.#root, 'tmp');
    await mkdir(folder, { recursive: true });
    return path.join(folder, `${randomBytes(vaultOf(this.#root) === null ? 12 : 32).toString('hex')}${extension}`);
  }

  /** Absolute path of an artifact; it need not exist. @throws PenstockError `artifact-id` for anything but a sha256 (ids, not paths, from clients). */
  path(id: string): string {
    if (!idPattern.test(id)) throw new PenstockError('artifact-id', 'That is not the id of an artifact.');
    return path.join(this.#root, id.slice(0, 2), id);
  }

  async has(id: string): Promise<boolean> {
    return access(this.path(id)).then(
      () => true,
      () => false,
    );
  }

  /** @throws PenstockError `artifact-missing`. */
  async read(id: string): Promise<Uint8Array> {
    try {
      return await readProjectFile(this.path(id));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new PenstockError('artifact-missing', `A stored result is missing (artifact ${id.slice(0, 12)}…).`, {
        remedy: 'Run the node again to make it anew.',
        cause: error,
      });
    }
  }

  /** Whether the file is there and its content still has its hash. */
  async verify(id: string): Promise<'ok' | 'missing' | 'damaged'> {
    if (!(await this.has(id))) return 'missing';
    if (vaultOf(this.#root) === null) return (await hashFile(this.path(id))) === id || (await this.#wasConverted(id)) ? 'ok' : 'damaged';
    const stored = await readFile(this.path(id));
    if (sealedKind(stored) === null) return stored.subarray(0, 4).equals(encryptedParquet) && stored.subarray(-4).equals(encryptedParquet) ? 'ok' : 'damaged';
    try {
      openContent(this.path(id), stored);
      return 'ok';
    } catch {
      return 'damaged';
    }
  }

  /** Results that were made or rewritten while the project was encrypted keep their ids when it is decrypted, which are no hashes of them. */
  async #wasConverted(id: string): Promise<boolean> {
    const ids = await readFile(path.join(this.#root, convertedList), 'utf8').catch(() => '');
    return ids.split('\n').includes(id);
  }

  /**
   * Before something kept in an earlier session is reused: whether its content is still what was written, looked at once a session.
   * Values changed on the disk are not noticed otherwise: Parquet's pages carry no sums. Large files are not looked through.
   */
  async setAsideAtFirstUse(id: string): Promise<boolean> {
    if (this.#seenWhole.has(id)) return false;
    const size = await stat(this.path(id)).then(
      (info) => info.size,
      () => 0,
    );
    if (size > largestLookedThrough) return false;
    if (await this.setAsideIfDamaged(id)) return true;
    this.#seenWhole.add(id);
    return false;
  }

  /** Moves an artifact whose content is not what its id says to `artifacts/damaged`. @returns whether it was damaged */
  async setAsideIfDamaged(id: string): Promise<boolean> {
    if ((await this.verify(id)) !== 'damaged') return false;
    const folder = path.join(this.#root, 'damaged');
    await mkdir(folder, { recursive: true });
    await rename(this.path(id), path.join(folder, id));
    return true;
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
  }

  /** Ids of all artifacts on disk. */
  async list(): Promise<string[]> {
    const ids: string[] = [];
    for (const prefix of await readdir(this.#root).catch((): string[] => [])) {
      if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
      ids.push(...(await readdir(path.join(this.#root, prefix))).filter((name) => idPattern.test(name)));
    }
    return ids.sort();
  }

  /** Removes what a crash left half written. Only the holder of the lease may call it. */
  async sweep(): Promise<void> {
    const folder = path.join(this.#root, 'tmp');
    // By our own names only: in a project from elsewhere the folder may be a link to one that is not ours.
    for (const name of await readdir(folder).catch((): string[] => [])) if (temporaryName.test(name)) await rm(path.join(folder, name), { recursive: true, force: true });
    await rmdir(folder).catch(() => undefined);
  }

  /** The id of a table that DuckDB has encrypted already; null for any other file. */
  async #sealedTable(file: string): Promise<string | null> {
    const name = sealedTableName.exec(path.basename(file))?.[0] ?? null;
    if (name === null) return null;
    const handle = await open(file, 'r');
    try {
      const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.equals(encryptedParquet) ? name : null;
    } finally {
      await handle.close();
    }
  }

  async #publish(temporary: string, id: string): Promise<void> {
    const target = this.path(id);
    await mkdir(path.dirname(target), { recursive: true });
    await rename(temporary, target);
    if (process.platform === 'win32') return;
    const folder = await open(path.dirname(target), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async #whole(bytes: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      const free = await statfs(this.#root).then(
        (info) => info.bavail * info.bsize,
        () => null,
      );
      throw diskFullError({ file: this.#root, needed: bytes, free }, error);
    }
  }
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
