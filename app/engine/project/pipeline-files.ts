import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { historyEntrySchema, type HistoryEntry } from '#app/pipeline/history.ts';
import { journalRecord, parseJournal, recover, serialiseRecord } from '#app/pipeline/journal.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { appendDurably, writeFileAtomically } from './atomic-file.ts';
import { fileNameFor, resolveInside } from './paths.ts';

/**
 * Pipelines of a project: `pipelines/*.pipeline.json`, each with an edit journal in `journals/` and a copy of its last good text.
 * An edit is answered when its journal line is on disk; the file itself follows within `saveAfterMs`.
 */

const extension = '.pipeline.json';
const folder = 'pipelines';
const saveAfterMs = 400;
/** Undo steps carried over to the next session. */
const keptHistory = 300;

export interface OpenedPipeline {
  readonly document: PipelineDocument;
  readonly history: readonly HistoryEntry[];
  readonly position: number;
  readonly recovered: boolean;
}

interface Unsaved {
  document: PipelineDocument;
  timer: ReturnType<typeof setTimeout> | null;
}

export class PipelineFiles {
  readonly #root: string;
  readonly #unsaved = new Map<string, Unsaved>();
  /** One writer at a time per pipeline; edits keep their order. */
  readonly #queue = new Map<string, Promise<unknown>>();
  readonly #onProblem: (message: string) => void;

  /** `onProblem` hears of saves that failed in the background; the next edit tries again. */
  constructor(root: string, onProblem: (message: string) => void = () => undefined) {
    this.#root = root;
    this.#onProblem = onProblem;
  }

  async list(): Promise<{ path: string; title: string; modifiedAt: number }[]> {
    const names = await readdir(path.join(this.#root, folder)).catch((): string[] => []);
    const found = await Promise.all(
      names
        .filter((name) => name.endsWith(extension) && !name.startsWith('.'))
        .map(async (name) => {
          const file = path.join(this.#root, folder, name);
          const [text, info] = await Promise.all([readFile(file, 'utf8').catch(() => ''), stat(file).catch(() => null)]);
          return { path: `${folder}/${name}`, title: titleIn(text) ?? name.slice(0, -extension.length), modifiedAt: info?.mtimeMs ?? 0 };
        }),
    );
    return found.toSorted((a, b) => b.modifiedAt - a.modifiedAt || (a.path < b.path ? -1 : 1));
  }

  /** @throws PenstockError of `parseDocument` naming the damage; the file is left as it is and its last good text is set beside it. */
  async open(relative: string, options: { readonly readOnly?: boolean } = {}): Promise<OpenedPipeline> {
    if (options.readOnly === true) {
      return { document: parseDocument(await readFile(this.#file(relative), 'utf8')), history: [], position: 0, recovered: false };
    }
    return this.#inTurn(relative, async () => {
      await this.#save(relative);
      const file = this.#file(relative);
      const text = await readFile(file, 'utf8');
      const saved = await this.#parse(relative, text);
      const journal = await readFile(this.#journal(relative), 'utf8').catch(() => '');
      const recovery = recover(saved, parseJournal(journal).records);
      const dropped = Math.min(Math.max(0, recovery.entries.length - keptHistory), recovery.position);
      const history = recovery.entries.slice(dropped);
      const position = recovery.position - dropped;
      if (recovery.recovered) await this.#write(relative, recovery.document);
      else if ((await readFile(this.#lastGood(relative), 'utf8').catch(() => null)) !== text) await writeFileAtomically(this.#lastGood(relative), text);
      // Starting each session with a short journal keeps it bounded; a torn last line goes with it.
      if (journal !== '') {
        await writeFileAtomically(
          this.#journal(relative),
          history.length === 0 ? '' : serialiseRecord(journalRecord(Date.now(), { base: 0, entries: history, position }, recovery.document)),
        );
      }
      return { document: recovery.document, history, position, recovered: recovery.recovered };
    });
  }

  async create(title: string): Promise<{ path: string }> {
    await mkdir(path.join(this.#root, folder), { recursive: true });
    const relative = this.#freePath(title);
    await this.#write(relative, emptyDocument(newRecordId(), title));
    return { path: relative };
  }

  /** Resolves when the edits are on disk. `base`: where in the history `entries` go; by default they end at `position`. */
  async append(relative: string, document: PipelineDocument, edit: { base?: number | undefined; entries: readonly unknown[]; position: number }): Promise<{ savedAt: number }> {
    const entries = edit.entries.map((entry) => historyEntrySchema.parse(entry) as unknown as HistoryEntry);
    const savedAt = Date.now();
    return this.#inTurn(relative, async () => {
      const file = this.#file(relative);
      if (!existsSync(file)) throw missing(relative);
      const journal = this.#journal(relative);
      // Recovery replays from a moment whose document is the file's: the first line of a new journal records that moment.
      if (!this.#unsaved.has(relative) && !existsSync(journal)) {
        const saved = await readFile(file, 'utf8').then(parseDocument, () => null);
        if (saved !== null) await appendDurably(journal, serialiseRecord(journalRecord(savedAt, { base: 0, entries: [], position: 0 }, saved)));
      }
      const position = { ...(edit.base === undefined ? {} : { base: edit.base }), entries, position: edit.position };
      await appendDurably(journal, serialiseRecord(journalRecord(savedAt, position, document)));
      const unsaved = this.#unsaved.get(relative);
      if (unsaved) {
        unsaved.document = document;
        unsaved.timer ??= this.#saveLater(relative);
      } else this.#unsaved.set(relative, { document, timer: this.#saveLater(relative) });
      return { savedAt };
    });
  }

  /** Changes the title and the file's name with it. */
  async rename(relative: string, title: string): Promise<{ path: string }> {
    const { document } = await this.open(relative);
    return this.#inTurn(relative, async () => {
      const next = fileNameFor(title) === this.#name(relative) ? relative : this.#freePath(title);
      await this.#write(relative, { ...document, title });
      if (next !== relative) {
        await rename(this.#file(relative), this.#file(next));
        await rm(this.#journal(relative), { force: true });
        await rm(this.#lastGood(relative), { force: true });
      }
      return { path: next };
    });
  }

  /** Moves the file into the project's `trash/`, so that a slip of the hand can be undone in the file manager. */
  async remove(relative: string): Promise<void> {
    await this.#inTurn(relative, async () => {
      const file = this.#file(relative);
      if (!existsSync(file)) throw missing(relative);
      await this.#save(relative);
      const trash = path.join(this.#root, 'trash');
      await mkdir(trash, { recursive: true });
      await rename(file, path.join(trash, `${newRecordId()}-${path.basename(file)}`));
      await rm(this.#journal(relative), { force: true });
      await rm(this.#lastGood(relative), { force: true });
    });
  }

  /** Writes everything that is not in its file yet. */
  async flush(): Promise<void> {
    for (const relative of this.#unsaved.keys()) await this.#inTurn(relative, () => this.#save(relative));
  }

  #saveLater(relative: string): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#inTurn(relative, () => this.#save(relative)).catch((error: unknown) => {
        const unsaved = this.#unsaved.get(relative);
        if (unsaved) unsaved.timer = null;
        this.#onProblem(`${relative} could not be saved: ${toDiagnostic(error).message} The edits are in the journal.`);
      });
    }, saveAfterMs);
  }

  async #save(relative: string): Promise<void> {
    const unsaved = this.#unsaved.get(relative);
    if (unsaved === undefined) return;
    if (unsaved.timer !== null) clearTimeout(unsaved.timer);
    await this.#write(relative, unsaved.document);
    this.#unsaved.delete(relative);
  }

  async #write(relative: string, document: PipelineDocument): Promise<void> {
    const text = serialiseDocument(document);
    await writeFileAtomically(this.#file(relative), text);
    await writeFileAtomically(this.#lastGood(relative), text);
  }

  async #parse(relative: string, text: string): Promise<PipelineDocument> {
    try {
      return parseDocument(text);
    } catch (error) {
      const good = await readFile(this.#lastGood(relative), 'utf8').catch(() => null);
      if (good === null || !(error instanceof PenstockError) || error.code === 'document-newer') throw error;
      const offered = `${folder}/${this.#name(relative)}-recovered${extension}`;
      await writeFileAtomically(this.#file(offered), good);
      throw new PenstockError(error.code, error.message, {
        remedy: `Open ${offered}, its last good version; the damaged file was left as it is.`,
        place: { ...error.place, file: relative },
        cause: error,
      });
    }
  }

  #freePath(title: string): string {
    const name = fileNameFor(title);
    for (let number = 1; ; number += 1) {
      const relative = `${folder}/${name}${number === 1 ? '' : `-${number}`}${extension}`;
      if (!existsSync(this.#file(relative))) return relative;
    }
  }

  #file(relative: string): string {
    if (!relative.endsWith(extension)) {
      throw new PenstockError('not-a-pipeline', `${relative} is not a pipeline file.`, { remedy: `Name a file that ends in ${extension}.` });
    }
    return resolveInside(this.#root, relative);
  }

  #name(relative: string): string {
    return path.basename(relative, extension);
  }

  #journal(relative: string): string {
    return path.join(this.#root, 'journals', `${this.#flat(relative)}.jsonl`);
  }

  #lastGood(relative: string): string {
    return path.join(this.#root, 'journals', `${this.#flat(relative)}.last-good.json`);
  }

  #flat(relative: string): string {
    return path.relative(this.#root, this.#file(relative)).replaceAll('%', '%25').replaceAll(/[\\/]/g, '%2F');
  }

  #inTurn<T>(relative: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queue.get(relative) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#queue.set(relative, mine.catch(() => undefined));
    return mine;
  }
}

/** The title without parsing the whole document: a list of a hundred large pipelines stays quick. */
function titleIn(text: string): string | null {
  const match = /^\s*"title":\s*("(?:[^"\\]|\\.)*")/m.exec(text.slice(0, 4000));
  if (match?.[1] === undefined) return null;
  try {
    return JSON.parse(match[1]) as string;
  } catch {
    return null;
  }
}

function missing(relative: string): PenstockError {
  return new PenstockError('file-missing', `The pipeline ${relative} does not exist any more.`, {
    remedy: 'It may have been renamed or removed elsewhere; open the list of pipelines.',
    place: { file: relative },
  });
}
