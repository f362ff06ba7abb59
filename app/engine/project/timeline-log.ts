import { newRecordId } from '#app/core/ids.ts';
import { applyCommand } from '#app/pipeline/commands.ts';
import { documentDelta, isEmptyDelta } from '#app/pipeline/delta.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { HistoryEntry } from '#app/pipeline/history.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { isName, momentsOf, parseTimeline, playback, versionAt, type Moment, type MomentKind, type MomentRecord } from '#app/pipeline/timeline.ts';
import { AppendLog } from '#app/sealing/append-log.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { writeFileAtomically } from './atomic-file.ts';

/** Sentences about what turns one version into another. */
export type ChangeWords = (before: PipelineDocument, after: PipelineDocument) => string[];

export interface EditRecord {
  readonly base: number;
  readonly entries: readonly HistoryEntry[];
  readonly position: number;
}

interface Head {
  document: PipelineDocument;
  hash: string;
  /** Version before the last moment, where that moment may still grow by typing on. */
  before: PipelineDocument | null;
  group: string | null;
  position: number;
  lastIsWhole: boolean;
  /** Characters of deltas since the whole document was last written, and of that document. */
  deltas: number;
  whole: number;
}

/** Longer histories lose their older half when the pipeline is opened; named versions stay. */
const longestTimeline = 32 * 1024 * 1024;
const mostWords = 40;

/** The timeline file of one pipeline. Calls must come one after another; losing a line to a power cut loses no edit. */
export class TimelineLog {
  readonly #log: AppendLog;
  readonly #session: string;
  readonly #words: ChangeWords;
  #head: Head | null = null;
  /** The last line was torn by a crash; it must not swallow the next one. */
  #torn = false;

  constructor(file: string, session: string, words: ChangeWords) {
    this.#log = new AppendLog(file);
    this.#session = session;
    this.#words = words;
  }

  /** The pipeline was opened with this document: notes where it comes from when the timeline does not end with it. */
  async opened(document: PipelineDocument, position: number, words = 'The pipeline when its history began'): Promise<void> {
    await this.#load();
    const hash = documentHash(document);
    if (this.#head?.hash !== hash) {
      const before = this.#head?.document ?? null;
      await this.#append(before === null ? 'start' : 'outside', before === null ? [words] : this.#words(before, document), document, hash, {});
    }
    if (this.#head !== null) Object.assign(this.#head, { document, position, group: null, before: null });
  }

  /** Notes edits that came to `document`, a moment for each undo step; typing on in one field stays one moment. */
  async edited(document: PipelineDocument, edit: EditRecord): Promise<void> {
    const hash = documentHash(document);
    if (this.#head === null) {
      // The engine started anew under an open window: the edit goes on from where the timeline ends.
      await this.#load();
      if (this.#head !== null) Object.assign(this.#head, { position: edit.entries.length > 0 ? edit.base : Number.POSITIVE_INFINITY });
      else await this.#append('start', ['The pipeline when its history began'], document, hash, {});
    }
    const head = this.#head as Head | null;
    if (head === null) return;
    const steps = this.#steps(head, document, hash, edit);
    if (steps === null) {
      const kind = edit.entries.length > 0 ? 'edit' : edit.position < head.position ? 'undo' : 'redo';
      if (hash !== head.hash) await this.#append(kind, this.#words(head.document, document), document, hash, {});
    } else {
      for (const step of steps) {
        const before = step.replaces ? (head.before ?? head.document) : (this.#head?.document ?? head.document);
        await this.#append('edit', this.#sentences(before, step.document, step.entry), step.document, documentHash(step.document), { ...step, group: step.entry.group ?? null });
      }
    }
    if (this.#head !== null) this.#head.position = edit.position;
  }

  /** The file was changed by something else while it was open; its content is kept as a version. */
  async outside(document: PipelineDocument): Promise<void> {
    await this.#append('outside', this.#head === null ? [] : this.#words(this.#head.document, document), document, documentHash(document), {});
  }

  async moments(): Promise<Moment[]> {
    return momentsOf(parseTimeline(await this.#text()));
  }

  async version(momentId: string): Promise<PipelineDocument> {
    return versionAt(parseTimeline(await this.#text()), momentId);
  }

  /** Null takes the name off. @throws PenstockError `version-missing`. */
  async name(momentId: string, name: string | null): Promise<void> {
    const records = parseTimeline(await this.#text());
    const whole = versionAt(records, momentId);
    const moment = momentsOf(records).find(({ id }) => id === momentId);
    if (moment === undefined) return;
    const { name: _, ...rest } = moment;
    await this.#write({ of: momentId, name, moment: { ...rest, whole } });
  }

  /** A restored version says so in its own words; everything else is told by what it changed. */
  #sentences(before: PipelineDocument, after: PipelineDocument, entry: HistoryEntry): string[] {
    const words = this.#words(before, after);
    return entry.command.type === 'revise' ? [entry.label, ...words] : words;
  }

  /** The document after each entry, where the entries lead from the last moment to `document`. */
  #steps(head: Head, document: PipelineDocument, hash: string, edit: EditRecord): { document: PipelineDocument; entry: HistoryEntry; replaces: boolean }[] | null {
    if (edit.entries.length === 0 || edit.position !== edit.base + edit.entries.length) return null;
    const typesOn = edit.base === head.position - 1 && head.before !== null && head.group !== null && edit.entries[0]?.group === head.group;
    if (edit.base !== head.position && !typesOn) return null;
    let at = typesOn ? head.before : head.document;
    const steps: { document: PipelineDocument; entry: HistoryEntry; replaces: boolean }[] = [];
    try {
      for (const entry of edit.entries) {
        if (at === null) return null;
        at = applyCommand(at, entry.command).document;
        steps.push({ document: at, entry, replaces: typesOn && steps.length === 0 });
      }
    } catch {
      return null;
    }
    return at !== null && documentHash(at) === hash ? steps : null;
  }

  async #append(kind: MomentKind, words: readonly string[], document: PipelineDocument, hash: string, options: { readonly replaces?: boolean; readonly group?: string | null }): Promise<void> {
    const head = this.#head;
    const replaces = options.replaces === true && head?.before !== null && head !== null;
    const base = head === null ? null : replaces ? head.before : head.document;
    const delta = base === null ? null : documentDelta(base, document);
    // Nothing to see: a group that was opened and closed again.
    if (delta !== null && isEmptyDelta(delta) && !replaces) return;
    const size = delta === null ? 0 : JSON.stringify(delta).length;
    const isWhole = delta === null || head === null || kind === 'outside' || (replaces ? head.lastIsWhole : head.deltas + size > head.whole);
    const told = words.slice(0, mostWords);
    const record: MomentRecord = {
      id: newRecordId(),
      at: Date.now(),
      session: this.#session,
      kind,
      words: words.length > mostWords ? [...told, `and ${words.length - mostWords} more changes`] : told,
      document: hash,
      ...(isWhole ? { whole: document } : { delta: delta as MomentRecord['delta'] }),
      ...(replaces ? { replaces: true as const } : {}),
    };
    await this.#write(record);
    this.#head = {
      document,
      hash,
      before: base,
      group: options.group ?? null,
      position: head?.position ?? 0,
      lastIsWhole: isWhole,
      deltas: isWhole ? 0 : head.deltas + size,
      whole: isWhole ? JSON.stringify(document).length : head.whole,
    };
  }

  /** The file is let go of; the next moment opens it again. */
  async close(): Promise<void> {
    await this.#log.close();
  }

  async #write(record: object): Promise<void> {
    await this.#log.append(`${this.#torn ? '\n' : ''}${JSON.stringify(record)}\n`, false);
    this.#torn = false;
  }

  async #text(): Promise<string> {
    return readProjectText(this.#log.file).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? '' : Promise.reject(error)));
  }

  /** Reads where the timeline ends. */
  async #load(): Promise<void> {
    const text = await this.#shortened(await this.#text());
    this.#torn = text !== '' && !text.endsWith('\n');
    const moments = parseTimeline(text).filter((record): record is MomentRecord => !isName(record));
    const { document } = playback(moments);
    const size = document === null ? 0 : JSON.stringify(document).length;
    // Deltas since the last whole are not counted across sessions: the next whole comes a little later.
    this.#head = document === null ? null : { document, hash: documentHash(document), before: null, group: null, position: 0, lastIsWhole: false, deltas: 0, whole: size };
  }

  async #shortened(text: string): Promise<string> {
    if (text.length <= longestTimeline) return text;
    const records = parseTimeline(text);
    const from = records.findIndex((record, index) => index >= records.length / 2 && !isName(record) && record.whole !== undefined && record.replaces !== true);
    if (from < 0) return text;
    const kept = records.filter((record, index) => index >= from || isName(record)).map((record) => `${JSON.stringify(record)}\n`).join('');
    await writeFileAtomically(this.#log.file, kept, { log: true });
    return kept;
  }
}
