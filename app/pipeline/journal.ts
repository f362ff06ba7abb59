import { z } from 'zod';
import { stableHash } from '#app/core/hash.ts';
import type { PipelineDocument } from './document.ts';
import type { Command } from './commands.ts';
import { replay, type HistoryEntry } from './history.ts';
import { serialiseUnchanging } from './serialise.ts';
import { historyEntrySchema, type Step } from './steps.ts';

/**
 * The journal beside a pipeline or a report: one JSON object a line, appended and fsynced with every edit. `entries` replace the
 * history from `base` on; `position` is how many entries are applied after that; `document` is the hash of the document then,
 * so that recovery knows which lines are already in the file on disk. The `base` of the first line is how many older steps were
 * forgotten: they keep their numbers, for windows that are open count them. The last line may be torn by a crash.
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

/** One line with its line feed. */
export function serialiseRecord(record: JournalRecord<unknown>): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Records in order. A line that is not a whole record is left out, for a crash or a full disk cut it off and its edit was never
 * answered; `torn` says that one was there. Whether the lines after it fit is for `recover` to find out.
 */
export function parseJournal<C = Command>(text: string): { records: JournalRecord<C>[]; torn: boolean } {
  const records: JournalRecord<C>[] = [];
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
    else torn = true;
  }
  return { records, torn };
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

/**
 * The document with every journalled edit, and its undo history. When the file was changed by something else (a git checkout),
 * the journal does not belong to it any more: the file wins and the history is empty.
 */
export function recover(saved: PipelineDocument, records: readonly JournalRecord[]): Recovery {
  const fresh: Recovery = { document: saved, entries: [], position: 0, forgotten: 0, recovered: false };
  const read = journalMoments(records);
  if (read === null) return fresh;
  const { moments, forgotten } = read;
  const hash = documentHash(saved);
  const at = records.findLastIndex((record) => record.document === hash);
  const known = moments[at];
  const last = moments.at(-1);
  if (known === undefined || last === undefined) return fresh;
  if (at === moments.length - 1) return { document: saved, entries: last.entries, position: last.position, forgotten, recovered: false };
  const common = Math.min(...records.slice(at + 1).map((record) => record.base - forgotten), known.entries.length, last.entries.length);
  try {
    const document = replay(saved, known, last, common);
    if (documentHash(document) !== records.at(-1)?.document) return fresh;
    return { document, entries: last.entries, position: last.position, forgotten, recovered: true };
  } catch {
    return fresh;
  }
}
