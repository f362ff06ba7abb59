import { readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';

const projectSchema = z.object({
  /** Real path of the project folder. */
  path: z.string().min(1),
  /** Of the project's store. */
  id: z.string().min(1),
  /** Of the folder itself: another that takes its place is another. */
  mark: z.string(),
  /** Unix ms. */
  since: z.number(),
  /** `made`: this user's Penstock made the project; `given`: the user said so. */
  how: z.enum(['made', 'given']),
});
export type TrustedProject = z.output<typeof projectSchema>;

const fileSchema = z.object({ version: z.literal(1), projects: z.array(projectSchema) });

/** `trusted.json` in the user's own folder: the projects whose code may run. Outside every project, so that none can name itself. */
export class TrustedProjects {
  readonly file: string;
  #read: { readonly state: string; readonly projects: readonly TrustedProject[] } | null = null;

  /** @param configDir the user's own folder (`userConfigDir`). */
  constructor(configDir: string) {
    this.file = path.join(configDir, 'trusted.json');
  }

  /** Read again whenever the file is another: what is revoked elsewhere holds here at once. @throws PenstockError `trust-damaged`, `trust-unsafe`. */
  list(): readonly TrustedProject[] {
    const info = statSync(this.file, { bigint: true, throwIfNoEntry: false });
    if (info === undefined) return [];
    const state = `${info.ino}:${info.size}:${info.mtimeNs}:${info.mode}`;
    if (this.#read?.state === state) return this.#read.projects;
    if (process.platform !== 'win32' && (info.mode & 0o022n) !== 0n) {
      throw new PenstockError('trust-unsafe', `${this.file} says which projects may run code, and others on this machine may change it.`, { remedy: `Make it yours alone: chmod 600 ${this.file}`, place: { file: this.file } });
    }
    const parsed = fileSchema.safeParse(parseJson(readFileSync(this.file, 'utf8')));
    if (!parsed.success) throw new PenstockError('trust-damaged', `${this.file} is not a list of trusted projects.`, { remedy: 'Remove it; you are asked again for each project.', place: { file: this.file } });
    this.#read = { state, projects: parsed.data.projects };
    return parsed.data.projects;
  }

  async add(project: TrustedProject): Promise<void> {
    const others = this.list().filter((one) => one.path !== project.path);
    await this.#write([...others, project]);
  }

  /** @returns whether it was there. */
  async remove(projectPath: string): Promise<boolean> {
    const all = this.list();
    const others = all.filter((one) => one.path !== projectPath);
    if (others.length < all.length) await this.#write(others);
    return others.length < all.length;
  }

  async #write(projects: readonly TrustedProject[]): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
    await writeFileAtomically(this.file, `${JSON.stringify({ version: 1, projects }, null, 2)}\n`, { mode: 0o600 });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
