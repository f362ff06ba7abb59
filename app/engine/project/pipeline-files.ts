import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { History, historyEntrySchema, type HistoryEntry } from '#app/pipeline/history.ts';
import { documentHash, journalRecord, parseJournal, recover, serialiseRecord, serialiseWritten } from '#app/pipeline/journal.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import type { Moment } from '#app/pipeline/timeline.ts';
import { AppendLog } from '#app/sealing/append-log.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { appendDurably, writeFileAtomically } from './atomic-file.ts';
import { journalPath } from './journal-paths.ts';
import { readable, type OpenedPipeline } from './opened-pipeline.ts';
import { fileNameFor, resolveInside } from './paths.ts';
import { editedElsewhere, missing } from './pipeline-refusals.ts';
import { titleIn } from './pipeline-title.ts';
import { TimelineLog, type ChangeWords, type EditRecord } from './timeline-log.ts';
import { Trash } from './trash.ts';

/**
 * Pipelines of a project: `pipelines/*.pipeline.json`, each with an edit journal in `journals/`, a copy of its last good text and
 * its timeline of versions. An edit is answered when its journal line is on disk; the file itself follows within `saveAfterMs`.
 */

const extension = '.pipeline.json';
const folder = 'pipelines';
const saveAfterMs = 400;
/** Undo steps carried over to the next session. */
const keptHistory = 300;

export interface PipelineFilesOptions {
  /** Hears of saves that failed in the background; the next edit tries again. */
  readonly onProblem?: (message: string) => void;
  /** Asked before every write: false once another process has taken the project over. */
  readonly mayWrite?: () => boolean;
  /** For the timeline. */
  readonly words?: ChangeWords;
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
  readonly #mayWrite: () => boolean;
  readonly #words: ChangeWords;
  readonly #trash: Trash;
  readonly #session = newRecordId();
  readonly #timelines = new Map<string, TimelineLog>();
  readonly #journals = new Map<string, AppendLog>();
  /** Hash of each pipeline as of its last edit: what the next edit must have been made on. */
  readonly #heads = new Map<string, string>();
  /** Text of each file as this process last read or wrote it. */
  readonly #texts = new Map<string, string>();

  constructor(root: string, { onProblem = () => undefined, mayWrite = () => true, words = () => [] }: PipelineFilesOptions = {}) {
    this.#root = root;
    this.#trash = new Trash(root);
    this.#onProblem = onProblem;
    this.#mayWrite = mayWrite;
    this.#words = words;
  }

  async list(): Promise<{ path: string; title: string; modifiedAt: number }[]> {
    const names = await readdir(path.join(this.#root, folder)).catch((): string[] => []);
    const found = await Promise.all(
      names
        .filter((name) => name.endsWith(extension) && !name.startsWith('.'))
        .map(async (name) => {
          const file = path.join(this.#root, folder, name);
          const [text, info] = await Promise.all([readProjectText(file).catch(() => ''), stat(file).catch(() => null)]);
          return { path: `${folder}/${name}`, title: titleIn(text) ?? name.slice(0, -extension.length), modifiedAt: info?.mtimeMs ?? 0 };
        }),
    );
    return found.toSorted((a, b) => b.modifiedAt - a.modifiedAt || (a.path < b.path ? -1 : 1));
  }

  /** @throws PenstockError of `parseDocument` naming the damage; the file is left as it is and its last good text is set beside it. */
  async open(relative: string, options: { readonly readOnly?: boolean } = {}): Promise<OpenedPipeline> {
    if (options.readOnly === true) {
      return { document: parseDocument(await readProjectText(this.#file(relative))), history: [], position: 0, forgotten: 0, recovered: false };
    }
    return this.#inTurn(relative, async () => {
      await this.#save(relative);
      await this.#letGo(relative);
      const file = this.#file(relative);
      const text = await readProjectText(file);
      this.#texts.set(relative, text);
      const saved = await this.#parse(relative, text);
      const journal = await readProjectText(this.#journal(relative)).catch(() => '');
      const good = await readProjectText(this.#lastGood(relative)).catch(() => null);
      const { records, written } = parseJournal(journal);
      const recovery = recover(saved, records, { written, lastGood: good === null || good === text ? null : readable(good) });
      // Of a pipeline that a window of this engine edits none goes: it may be undone there.
      const dropped = this.#heads.has(relative) ? 0 : Math.min(Math.max(0, recovery.entries.length - keptHistory), recovery.position);
      const history = recovery.entries.slice(dropped);
      const position = recovery.position - dropped;
      // Another window may have the pipeline open: it goes on counting the steps that are dropped.
      const forgotten = recovery.forgotten + dropped;
      if (recovery.recovered) await this.#write(relative, recovery.document);
      else if (good !== text) await writeFileAtomically(this.#lastGood(relative), text);
      // Starting each session with a short journal keeps it bounded; a torn last line goes with it.
      if (journal !== '') {
        const line = serialiseRecord(journalRecord(Date.now(), { base: forgotten, entries: history, position: forgotten + position }, recovery.document));
        await writeFileAtomically(this.#journal(relative), line + serialiseWritten(recovery.document), { log: true });
      }
      this.#heads.set(relative, documentHash(recovery.document));
      await this.#quietly(relative, (timeline) => timeline.opened(recovery.document, forgotten + position));
      return { document: recovery.document, history, position, forgotten, recovered: recovery.recovered };
    });
  }

  /** `content`: what it begins with, under an id of its own; absent: nothing. */
  async create(title: string, content?: PipelineDocument): Promise<{ path: string }> {
    await mkdir(path.join(this.#root, folder), { recursive: true });
    const relative = this.#freePath(title);
    const document = content === undefined ? emptyDocument(newRecordId(), title) : { ...content, id: newRecordId(), title };
    await this.#write(relative, document);
    await this.#quietly(relative, (timeline) => timeline.opened(document, 0, `Created “${title}”`));
    return { path: relative };
  }

  /**
   * Resolves when the edits are on disk; their moments in the timeline follow. `base`: where in the history `entries` go; by default they end at `position`. `after`: hashes
   * of the versions that the edits may have been made on; absent: whatever there is.
   * @throws PenstockError `edited-elsewhere` when the pipeline is at none of them: another window was quicker. Nothing is written.
   */
  async append(relative: string, document: PipelineDocument, edit: { base?: number | undefined; entries: readonly unknown[]; position: number; after?: readonly string[] | undefined }): Promise<{ savedAt: number; version: string }> {
    const entries = edit.entries.map((entry) => historyEntrySchema.parse(entry) as unknown as HistoryEntry);
    const savedAt = Date.now();
    return new Promise((answer, refuse) => {
      const work = async (): Promise<void> => {
        const record: EditRecord = { base: edit.base ?? edit.position - entries.length, entries, position: edit.position };
        answer({ savedAt, version: await this.#append(relative, document, record, savedAt, edit.after) });
        // Nobody waits for the history; whoever opens the pipeline, or edits it next, comes after it.
        await this.#quietly(relative, (timeline) => timeline.edited(document, record));
      };
      this.#inTurn(relative, work).catch(refuse);
    });
  }

  /** The version that it is now. */
  async #append(relative: string, document: PipelineDocument, record: EditRecord, savedAt: number, after: readonly string[] | undefined): Promise<string> {
    const file = this.#file(relative);
    if (!existsSync(file)) throw missing(relative);
    const journal = this.#journal(relative);
    const log = this.#journals.get(relative) ?? new AppendLog(journal);
    this.#journals.set(relative, log);
    // Not opened by this process: the window stayed while the engine started anew.
    const written = this.#heads.has(relative) ? null : await readProjectText(journal).catch(() => '');
    const head = this.#heads.get(relative) ?? parseJournal(written ?? '').records.at(-1)?.document ?? null;
    if (after !== undefined && head !== null && !after.includes(head)) throw editedElsewhere(document.title);
    // Recovery replays from a moment whose document is the file's: the first line of a new journal records that moment.
    if (!this.#unsaved.has(relative) && (await isEmpty(journal))) {
      const saved = await readProjectText(file).then(parseDocument, () => null);
      if (saved !== null) await appendDurably(log, serialiseRecord(journalRecord(savedAt, { base: record.base, entries: [], position: record.base }, saved)));
    }
    const line = journalRecord(savedAt, record, document);
    // A line that a crash or a full disk cut off would hide those after it.
    await appendDurably(log, `${written === null || written === '' || written.endsWith('\n') ? '' : '\n'}${serialiseRecord(line)}`);
    this.#heads.set(relative, line.document);
    const unsaved = this.#unsaved.get(relative);
    if (unsaved) {
      unsaved.document = document;
      unsaved.timer ??= this.#saveLater(relative);
    } else this.#unsaved.set(relative, { document, timer: this.#saveLater(relative) });
    return line.document;
  }

  /** Changes the title and the file's name with it. */
  async rename(relative: string, title: string): Promise<{ path: string }> {
    const opened = await this.open(relative);
    const history = new History(opened.document, opened.history, opened.position, Date.now, opened.forgotten);
    history.apply({ type: 'set-document', title });
    const edit = history.unsaved();
    if (edit !== null) await this.append(relative, history.document, edit);
    return this.#inTurn(relative, async () => {
      await this.#save(relative);
      const next = fileNameFor(title) === this.#name(relative) ? relative : this.#freePath(title);
      if (next !== relative) {
        await this.#letGo(relative);
        await rename(this.#file(relative), this.#file(next));
        for (const place of [this.#journal, this.#lastGood, this.#timelineFile]) {
          await rename(place.call(this, relative), place.call(this, next)).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : Promise.reject(error)));
        }
        this.#forget(relative);
      }
      return { path: next };
    });
  }

  /** Moves the file into the project's trash, with its history. Gives the name by which `restore` knows it. */
  async remove(relative: string): Promise<{ trashed: string }> {
    return this.#inTurn(relative, async () => {
      const file = this.#file(relative);
      if (!existsSync(file)) throw missing(relative);
      await this.#save(relative);
      await this.#letGo(relative);
      const trashed = await this.#trash.put(file, this.#beside(relative));
      await rm(this.#lastGood(relative), { force: true });
      this.#forget(relative);
      return trashed;
    });
  }

  /** Brings back what `remove` took away, under its name or one like it. @throws PenstockError `not-in-trash`. */
  async restore(trashed: string): Promise<{ path: string }> {
    // One after the other: two of one name each find a free one.
    return this.#inTurn(folder, () =>
      this.#trash.restore(trashed, (stem) => {
        const relative = this.#freeName(stem);
        return { path: relative, beside: this.#beside(relative) };
      }),
    );
  }

  #beside(relative: string): Readonly<Record<string, string>> {
    return { '.timeline.jsonl': this.#timelineFile(relative), '.journal.jsonl': this.#journal(relative) };
  }

  /** Writes everything that is not in its file yet, and lets go of the files. */
  async flush(): Promise<void> {
    for (const relative of this.#unsaved.keys()) await this.#inTurn(relative, () => this.#save(relative));
    await Promise.all([...this.#journals.values(), ...this.#timelines.values()].map((log) => log.close()));
  }

  /** Absolute path. @throws PenstockError `path-outside`, `not-a-pipeline`. */
  fileOf(relative: string): string {
    return this.#file(relative);
  }

  /** Every version of a pipeline, oldest first. */
  async moments(relative: string): Promise<Moment[]> {
    return this.#inTurn(relative, () => this.#timeline(relative).moments());
  }

  /** @throws PenstockError `version-missing`. */
  async version(relative: string, momentId: string): Promise<PipelineDocument> {
    return this.#inTurn(relative, () => this.#timeline(relative).version(momentId));
  }

  async nameVersion(relative: string, momentId: string, name: string | null): Promise<void> {
    return this.#inTurn(relative, () => this.#timeline(relative).name(momentId, name));
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
    // The lease is gone: whoever has it now has read the journal, and writes this file.
    if (!this.#mayWrite()) {
      this.#unsaved.delete(relative);
      return;
    }
    await this.#keepOutsideChange(relative);
    await this.#write(relative, unsaved.document);
    this.#unsaved.delete(relative);
    // After the file, never before: a kill in between leaves a file that is newer than the note, whose edits are all in it. A note that
    // is lost only makes an older version look like one that a kill left.
    await this.#journals.get(relative)?.append(serialiseWritten(unsaved.document), false).catch(() => undefined);
  }

  async #write(relative: string, document: PipelineDocument): Promise<void> {
    const text = serialiseDocument(document);
    await writeFileAtomically(this.#file(relative), text);
    this.#texts.set(relative, text);
    await writeFileAtomically(this.#lastGood(relative), text);
  }

  /** What something else wrote into the file since becomes a version of the timeline before it is written over. */
  async #keepOutsideChange(relative: string): Promise<void> {
    const known = this.#texts.get(relative);
    const text = known === undefined ? null : await readProjectText(this.#file(relative)).catch(() => null);
    if (text === null || text === known) return;
    try {
      const document = parseDocument(text);
      await this.#timeline(relative).outside(document);
      this.#onProblem(`${relative} was changed by something else while it was open here; that version is in its history.`);
    } catch {
      const aside = `${folder}/${this.#name(relative)}-changed-outside${extension}`;
      await writeFileAtomically(this.#file(aside), text);
      this.#onProblem(`${relative} was changed by something else while it was open here; that text is in ${aside}.`);
    }
  }

  /** The timeline is worth having, but never an edit. */
  async #quietly(relative: string, work: (timeline: TimelineLog) => Promise<void>): Promise<void> {
    try {
      await work(this.#timeline(relative));
    } catch (error) {
      this.#onProblem(`The history of ${relative} could not be written: ${toDiagnostic(error).message} The edits themselves are safe.`);
    }
  }

  #timeline(relative: string): TimelineLog {
    const known = this.#timelines.get(relative);
    if (known !== undefined) return known;
    const made = new TimelineLog(this.#timelineFile(relative), this.#session, this.#words);
    this.#timelines.set(relative, made);
    return made;
  }

  /** Before its files are moved, removed or written anew. */
  async #letGo(relative: string): Promise<void> {
    await this.#journals.get(relative)?.close();
    await this.#timelines.get(relative)?.close();
  }

  #forget(relative: string): void {
    this.#journals.delete(relative);
    this.#timelines.delete(relative);
    this.#heads.delete(relative);
    this.#texts.delete(relative);
  }

  async #parse(relative: string, text: string): Promise<PipelineDocument> {
    try {
      return parseDocument(text);
    } catch (error) {
      const good = await readProjectText(this.#lastGood(relative)).catch(() => null);
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
    return this.#freeName(fileNameFor(title));
  }

  #freeName(name: string): string {
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
    return journalPath(this.#root, this.#inProject(relative), 'jsonl');
  }

  #lastGood(relative: string): string {
    return journalPath(this.#root, this.#inProject(relative), 'last-good.json');
  }

  #timelineFile(relative: string): string {
    return journalPath(this.#root, this.#inProject(relative), 'timeline.jsonl');
  }

  #inProject(relative: string): string {
    return path.relative(this.#root, this.#file(relative));
  }

  #inTurn<T>(relative: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queue.get(relative) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#queue.set(relative, mine.catch(() => undefined));
    return mine;
  }
}

const isEmpty = (file: string): Promise<boolean> => stat(file).then(({ size }) => size === 0, () => true);
