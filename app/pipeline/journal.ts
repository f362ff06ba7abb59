import { z } from 'zod';
import { stableHash } from '#app/core/hash.ts';
import type { PipelineDocument } from './document.ts';
import type { Command } from './commands.ts';
import { documentDelta } from './delta.ts';
import { replay, type HistoryEntry } from './history.ts';
import { serialiseUnchanging } from './serialise.ts';
import { historyEntrySchema, type Step } from './steps.ts';

/**
 * The journal beside a pipeline or a report: one JSON object a line, appended and fsynced with every edit. `entries` replace the
 * history from `base` on; `position` is how many entries are applied after that; `document` is the hash of the document then,
 * so that recovery knows which lines are already in the file on disk. The `base` of the first line is how many older steps were
 * forgotten: they keep their numbers, for windows that are open count them. The last line may be torn by a crash.
 *
 * The file of a pipeline follows its journal. Once it is written, a line notes the version that it has then: a file that has an older one
 * than the last noted was changed by something else, and one that has a newer one was to be written when the engine was killed.
 */
export const journalRecordSchema = z.object({
  at: z.number(),
  base: z.int().min(0),
  entries: z.array(historyEntrySchema),
  position: z.int().min(0),
  document: z.string(),
});

export interface JournalRecord<C = Command> {
  readonly at: number;
  readonly base: number;
  readonly entries: readonly Step<C>[];
  readonly position: number;
  readonly document: string;
}

const writtenNote = z.object({ written: z.string() });

const hashes = new WeakMap<PipelineDocument, string>();

/** Of its text. Documents are never changed in place, so each is hashed once: thousands of nodes take tens of milliseconds. */
export function documentHash(document: PipelineDocument): string {
  const known = hashes.get(document);
  if (known !== undefined) return known;
  const hash = stableHash(serialiseUnchanging(document));
  hashes.set(document, hash);
  return hash;
}

/** `base` may be left out where every entry given is applied (no redo among them). */
export function journalRecord(at: number, edit: { base?: number; entries: readonly HistoryEntry[]; position: number }, document: PipelineDocument): JournalRecord {
  return { at, base: edit.base ?? edit.position - edit.entries.length, entries: edit.entries, position: edit.position, document: documentHash(document) };
}

/** First line of a fresh journal: the whole history so far and the document as it lies on disk. */
export function openingRecord(at: number, state: { document: PipelineDocument; entries: readonly HistoryEntry[]; position: number }): JournalRecord {
  return { at, base: 0, entries: state.entries, position: state.position, document: documentHash(state.document) };
}

/** Notes that the file has this version; its own line, which older releases pass over. */
export function serialiseWritten(document: PipelineDocument): string {
  return `${JSON.stringify({ written: documentHash(document) })}\n`;
}

/** One line with its line feed. */
export function serialiseRecord(record: JournalRecord<unknown>): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Records in order. A line that is not a whole record is left out, for a crash or a full disk cut it off and its edit was never
 * answered; `torn` says that one was there. Whether the lines after it fit is for `recover` to find out. `written`: the record whose
 * version the file had when that was last noted; -1 where no line says so.
 */
export function parseJournal<C = Command>(text: string): { records: JournalRecord<C>[]; torn: boolean; written: number } {
  const records: JournalRecord<C>[] = [];
  let written = -1;
  let torn = !text.endsWith('\n') && text !== '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      torn = true;
      continue;
    }
    const parsed = journalRecordSchema.safeParse(value);
    // Commands inside are checked when they are applied: an entry that does not fit makes `replay` fail, not the document wrong.
    if (parsed.success) records.push(parsed.data as unknown as JournalRecord<C>);
    else {
      const note = writtenNote.safeParse(value);
      if (note.success) written = Math.max(written, records.findLastIndex(({ document }) => document === note.data.written));
      else torn = true;
    }
  }
  return { records, torn, written };
}

/** A history at one line of its journal; `position` counts from the first of `entries`. */
export interface JournalMoment<C> {
  readonly entries: readonly Step<C>[];
  readonly position: number;
}

/** The history at each line, and how many steps were forgotten before the first one. Null where the lines do not follow each other. */
export function journalMoments<C>(records: readonly JournalRecord<C>[]): { readonly moments: readonly JournalMoment<C>[]; readonly forgotten: number } | null {
  const forgotten = records[0]?.base ?? 0;
  const moments: JournalMoment<C>[] = [];
  let entries: readonly Step<C>[] = [];
  for (const record of records) {
    const base = record.base - forgotten;
    if (base < 0 || base > entries.length) return null;
    entries = record.entries.length === 0 && base === entries.length ? entries : [...entries.slice(0, base), ...record.entries];
    const position = record.position - forgotten;
    if (position < 0 || position > entries.length) return null;
    moments.push({ entries, position });
  }
  return { moments, forgotten };
}

export interface Recovery {
  readonly document: PipelineDocument;
  readonly entries: readonly HistoryEntry[];
  readonly position: number;
  /** Steps before the first of `entries`, which the journal does not have any more. */
  readonly forgotten: number;
  /** True when the document has edits that the file on disk lacked. */
  readonly recovered: boolean;
}

/** What recovery knows besides the file and the records of its journal. */
export interface RecoveryHints {
  /** As `parseJournal` gives it. */
  readonly written?: number;
  /** The version that was last written to the file, where a copy of it is at hand. */
  readonly lastGood?: PipelineDocument | null;
  /** When it is read, ms since 1970: the time of the step by which something else changed the file. */
  readonly at?: number;
}

/** Label of the step that stands for what something else did to the file. */
export const outsideLabel = 'Changed outside of Penstock';

/**
 * The document with every journalled edit, and its undo history. A file that was changed by something else (a git checkout, an editor)
 * wins over the journal: the change is then the last step of the history, so that undo leads back to what was there before. Where the
 * journal cannot say what that was, the history is empty.
 */
export function recover(saved: PipelineDocument, records: readonly JournalRecord[], { written = -1, lastGood = null, at = Date.now() }: RecoveryHints = {}): Recovery {
  const fresh: Recovery = { document: saved, entries: [], position: 0, forgotten: 0, recovered: false };
  const read = journalMoments(records);
  const last = read?.moments.at(-1);
  if (read === null || last === undefined) return fresh;
  const { forgotten } = read;
  const hash = documentHash(saved);
  const known = records.findLastIndex((record) => record.document === hash);
  if (known === records.length - 1) return { document: saved, entries: last.entries, position: last.position, forgotten, recovered: false };
  if (known >= 0 && known >= written) {
    const document = latestFrom(saved, known, records, read.moments);
    return document === null ? fresh : { document, entries: last.entries, position: last.position, forgotten, recovered: true };
  }
  const before = lastFrom([saved, lastGood], records, read.moments);
  if (before === null) return fresh;
  const step: HistoryEntry = {
    label: outsideLabel,
    at,
    command: { type: 'revise', delta: documentDelta(before, saved) },
    inverse: { type: 'revise', delta: documentDelta(saved, before) },
  };
  const entries = [...last.entries.slice(0, last.position), step];
  return { document: saved, entries, position: entries.length, forgotten, recovered: false };
}

/** The last version of a journal, by any of the documents that it has. */
function lastFrom(documents: readonly (PipelineDocument | null)[], records: readonly JournalRecord[], moments: readonly JournalMoment<Command>[]): PipelineDocument | null {
  for (const document of documents) {
    if (document === null) continue;
    const hash = documentHash(document);
    const latest = latestFrom(document, records.findLastIndex((record) => record.document === hash), records, moments);
    if (latest !== null) return latest;
  }
  return null;
}

/** The last version of a journal, by the edits that lead there from the one at `index`; null where they do not. */
function latestFrom(document: PipelineDocument, index: number, records: readonly JournalRecord[], moments: readonly JournalMoment<Command>[]): PipelineDocument | null {
  const from = moments[index];
  const to = moments.at(-1);
  if (from === undefined || to === undefined) return null;
  const forgotten = records[0]?.base ?? 0;
  const common = Math.min(...records.slice(index + 1).map((record) => record.base - forgotten), from.entries.length, to.entries.length);
  try {
    const latest = replay(document, from, to, common);
    return documentHash(latest) === records.at(-1)?.document ? latest : null;
  } catch {
    return null;
  }
}
