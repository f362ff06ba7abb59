import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { briefHash, emptyBrief, parseBrief, readBrief, serialiseBrief, type Brief } from '#app/brief/document.ts';
import { applyBriefPatch, briefStepSchema, keptBriefSteps, type BriefStep, type EarlierBriefSteps } from '#app/brief/history.ts';
import { refuseHostileKeys } from '#app/pipeline/parse.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';
import { journalPath } from '../project/journal-paths.ts';
import { PatchJournal, type GivenEdit } from '../project/patch-journal.ts';

const fileName = 'project.brief.json';

const kind = { steps: z.array(briefStepSchema) as z.ZodType<BriefStep[]>, apply: applyBriefPatch, kept: keptBriefSteps };

/** The brief of a project, in its folder, with its undo steps in `journals/`; a save says which version it was made on, so that none takes the place of another unseen. */
export class BriefFile {
  readonly #file: string;
  readonly #journal: PatchJournal<Brief, BriefStep['command']>;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(projectDir: string) {
    this.#file = path.join(projectDir, fileName);
    this.#journal = new PatchJournal(journalPath(projectDir, fileName, 'jsonl'), kind);
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

  /** With the undo steps of earlier sessions. @throws as `read`. */
  async open({ readOnly = false }: { readonly readOnly?: boolean } = {}): Promise<EarlierBriefSteps & { readonly brief: Brief; readonly version: string }> {
    return this.#inTurn(async () => {
      const { brief, version } = await this.read();
      return { brief, version, ...(await this.#journal.open(brief, version, !readOnly)) };
    });
  }

  /** The empty brief while the file cannot be read: neither a run nor a card may stop at it. */
  async readable(): Promise<Brief> {
    return this.read().then(({ brief }) => brief, emptyBrief);
  }

  /** What results are judged by. */
  async targets(): Promise<Brief['metrics']> {
    return (await this.readable()).metrics;
  }

  /** Resolves when it is on disk, and the steps that led to it. @throws PenstockError `edited-elsewhere`, `brief-invalid`. */
  async save(given: unknown, edit: GivenEdit): Promise<{ readonly version: string; readonly before: Brief }> {
    const brief = readBrief(given);
    const { after, base, position } = edit;
    refuseHostileKeys(edit.entries, 'The edit');
    const entries = kind.steps.parse(edit.entries);
    return this.#inTurn(async () => {
      const present = await this.read();
      const version = briefHash(brief);
      if (present.version !== version && !after.includes(present.version)) {
        throw new PenstockError('edited-elsewhere', 'The project brief was changed elsewhere meanwhile.', { remedy: 'Load it anew to go on from there.', place: { file: this.#file } });
      }
      await this.#journal.save(present.version, version, { base, entries, position }, () => writeFileAtomically(this.#file, serialiseBrief(brief)));
      return { version, before: present.brief };
    });
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#journal.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(work, work);
    this.#queue = mine.catch(() => undefined);
    return mine;
  }
}
