import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { briefHash, emptyBrief, parseBrief, readBrief, serialiseBrief, type Brief } from '#app/brief/document.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';

const fileName = 'project.brief.json';

/** The brief of a project, in its folder; a save says which version it was made on, so that none takes the place of another unseen. */
export class BriefFile {
  readonly #file: string;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(projectDir: string) {
    this.#file = path.join(projectDir, fileName);
  }

  /** The empty brief where there is none. @throws PenstockError `brief-invalid`, `brief-newer`: the file is left as it is. */
  async read(): Promise<{ readonly brief: Brief; readonly version: string }> {
    const text = await readProjectText(this.#file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    const brief = text === null ? emptyBrief() : parseBrief(text);
    return { brief, version: briefHash(brief) };
  }

  /** The empty brief while the file cannot be read: neither a run nor a card may stop at it. */
  async readable(): Promise<Brief> {
    return this.read().then(({ brief }) => brief, emptyBrief);
  }

  /** What results are judged by. */
  async targets(): Promise<Brief['metrics']> {
    return (await this.readable()).metrics;
  }

  /** Resolves when it is on disk. @throws PenstockError `edited-elsewhere`, `brief-invalid`. */
  async save(given: unknown, after: readonly string[]): Promise<{ readonly version: string; readonly before: Brief }> {
    const brief = readBrief(given);
    const mine = this.#queue.then(async () => {
      const present = await this.read();
      const version = briefHash(brief);
      if (present.version !== version && !after.includes(present.version)) {
        throw new PenstockError('edited-elsewhere', 'The project brief was changed elsewhere meanwhile.', { remedy: 'Load it anew to go on from there.', place: { file: this.#file } });
      }
      await writeFileAtomically(this.#file, serialiseBrief(brief));
      return { version, before: present.brief };
    });
    this.#queue = mine.catch(() => undefined);
    return mine;
  }
}
