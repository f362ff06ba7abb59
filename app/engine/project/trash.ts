import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { resolveInside } from './paths.ts';

const folder = 'trash';
/** A name in the trash: a record id, which begins with the time, and the name that the file had. */
const trashedName = /^([0-9A-Za-z]{12,30})-([^/\\]+\.(pipeline|report|component)\.json)$/;
/** So many of what was deleted are listed, the last ones. */
const listed = 30;

export type TrashedKind = 'pipeline' | 'report' | 'component';

export interface Trashed {
  readonly trashed: string;
  readonly kind: TrashedKind;
  readonly title: string;
  /** ms since 1970. */
  readonly at: number;
}

/** Files that go where a file goes, by what is added to its name in the trash. */
type Beside = Readonly<Record<string, string>>;

/** What was deleted from a project: moved, so that it can be had back, here or in the file manager. */
export class Trash {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Moves an absolute path here, with what belongs to it. Gives the name by which `restore` knows it. */
  async put(file: string, beside: Beside = {}): Promise<{ trashed: string }> {
    const trashed = `${newRecordId()}-${path.basename(file)}`;
    const kept = path.join(this.#root, folder, trashed);
    await mkdir(path.dirname(kept), { recursive: true });
    await rename(file, kept);
    for (const [suffix, other] of Object.entries(beside)) await moved(other, kept + suffix);
    return { trashed };
  }

  /** Newest first. */
  async list(): Promise<Trashed[]> {
    const newest = (await this.#names()).filter((name) => trashedName.test(name)).toSorted().toReversed().slice(0, listed);
    return Promise.all(
      newest.map(async (trashed): Promise<Trashed> => {
        const { kind, name } = parts(trashed);
        const text = await readProjectText(path.join(this.#root, folder, trashed)).catch(() => '');
        return { trashed, kind, title: titleIn(text) ?? name.slice(0, name.indexOf('.')), at: Number.parseInt(trashed.slice(0, 9), 36) };
      }),
    );
  }

  /** What it is. @throws PenstockError `not-in-trash`. */
  kindOf(trashed: string): TrashedKind {
    return parts(trashed).kind;
  }

  /**
   * Moves a file back. `home` is asked with its name before the dots, and says where in the project it is to be, and what belongs to it.
   * Gives that path. @throws PenstockError `not-in-trash`.
   */
  async restore(trashed: string, home: (stem: string) => { readonly path: string; readonly beside?: Beside }): Promise<{ path: string }> {
    const { name, kind } = parts(trashed);
    const kept = resolveInside(this.#root, `${folder}/${trashed}`);
    const extension = `.${kind}.json`;
    const { path: relative, beside = {} } = home(name.slice(0, -extension.length));
    // Before the file, which whoever sees it may open at once.
    for (const [suffix, other] of Object.entries(beside)) await moved(kept + suffix, other);
    if (!(await moved(kept, resolveInside(this.#root, relative)))) throw gone();
    return { path: relative };
  }

  /** Deletes one for good, with what belongs to it. @throws PenstockError `not-in-trash`. */
  async remove(trashed: string): Promise<void> {
    parts(trashed);
    const here = (await this.#names()).filter((name) => name === trashed || name.startsWith(`${trashed}.`));
    if (!here.includes(trashed)) throw gone();
    // What belongs to it first: the file is what it is listed by, and what a crash leaves can be deleted again.
    for (const name of here.toSorted().toReversed()) await rm(path.join(this.#root, folder, name), { force: true, recursive: true });
  }

  /** Deletes everything that was put here for good, listed or not. Gives how many there were; what else lies in the folder stays. */
  async empty(): Promise<number> {
    const trashed = (await this.#names()).filter((name) => trashedName.test(name));
    for (const name of trashed) await this.remove(name);
    return trashed.length;
  }

  async #names(): Promise<string[]> {
    return readdir(resolveInside(this.#root, folder)).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : Promise.reject(error)));
  }
}

/** False where it is not there. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await mkdir(path.dirname(to), { recursive: true });
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function parts(trashed: string): { readonly name: string; readonly kind: TrashedKind } {
  const [, , name, kind] = trashedName.exec(trashed) ?? [];
  if (name === undefined || kind === undefined) throw gone();
  return { name, kind: kind as TrashedKind };
}

function titleIn(text: string): string | null {
  try {
    const { title } = JSON.parse(text) as { title?: unknown };
    return typeof title === 'string' && title !== '' ? title : null;
  } catch {
    return null;
  }
}

const gone = (): PenstockError => new PenstockError('not-in-trash', 'The project’s trash does not have that any more.', { remedy: 'It may have been restored or removed elsewhere; look into the project’s folder trash/.' });
