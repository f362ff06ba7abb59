import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { deltaSchema } from './command-schema.ts';
import { applyDelta, type DocumentDelta } from './delta.ts';
import { documentHash } from './journal.ts';
import type { PipelineDocument } from './document.ts';
import { readDocument } from './parse.ts';

/**
 * Every version that a pipeline ever had, as lines of JSON beside its file: what changed against the version before, now and then
 * the whole. Unlike the journal, which is there to recover and undo, it is never shortened by undoing or opening.
 */

export const momentKinds = ['start', 'edit', 'undo', 'redo', 'outside'] as const;
export type MomentKind = (typeof momentKinds)[number];

const momentRecord = z.object({
  id: z.string(),
  at: z.number(),
  /** One life of an engine. */
  session: z.string(),
  kind: z.enum(momentKinds),
  /** What was done, a sentence each without a full stop. */
  words: z.array(z.string()),
  /** Hash of the document after it. */
  document: z.string(),
  delta: deltaSchema.optional(),
  whole: z.unknown().optional(),
  /** Takes the place of the record before it: typing that went on. `delta` is against the version before that one. */
  replaces: z.literal(true).optional(),
});

const nameRecord = z.object({
  name: z.string().max(200).nullable(),
  of: z.string(),
  /** The moment that was named and its document, so that a named version outlives the shortening of a very long history. */
  moment: momentRecord,
});

export type MomentRecord = z.infer<typeof momentRecord>;
export type TimelineRecord = MomentRecord | z.infer<typeof nameRecord>;

export interface Moment {
  readonly id: string;
  readonly at: number;
  readonly session: string;
  readonly kind: MomentKind;
  readonly words: readonly string[];
  readonly document: string;
  /** What the person called it. */
  readonly name: string | null;
}

/** Records in order; lines that are torn or damaged are left out. */
export function parseTimeline(text: string): TimelineRecord[] {
  return text.split('\n').flatMap((line): TimelineRecord[] => {
    if (line === '') return [];
    try {
      const value: unknown = JSON.parse(line);
      const parsed = z.union([momentRecord, nameRecord]).safeParse(value);
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

export const isName = (record: TimelineRecord): record is z.infer<typeof nameRecord> => 'of' in record;

/** What can be looked at, oldest first. */
export function momentsOf(records: readonly TimelineRecord[]): Moment[] {
  const moments: MomentRecord[] = [];
  const names = new Map<string, { name: string | null; moment: MomentRecord }>();
  for (const record of records) {
    if (isName(record)) names.set(record.of, record);
    else {
      if (record.replaces === true) moments.pop();
      moments.push(record);
    }
  }
  const present = new Set(moments.map(({ id }) => id));
  const outlived = [...names.values()].flatMap(({ name, moment }) => (name === null || present.has(moment.id) ? [] : [moment]));
  return [...outlived, ...moments]
    .toSorted((a, b) => a.at - b.at)
    .map(({ id, at, session, kind, words, document }) => ({ id, at, session, kind, words, document, name: names.get(id)?.name ?? null }));
}

/**
 * The document at a moment. @throws PenstockError `version-missing` when there is no such moment, or when records that it is put
 * together from are damaged.
 */
export function versionAt(records: readonly TimelineRecord[], momentId: string): PipelineDocument {
  for (const record of records.toReversed()) {
    if (isName(record) && record.of === momentId && record.moment.whole !== undefined) return readDocument(record.moment.whole);
  }
  const moments = records.filter((record): record is MomentRecord => !isName(record));
  const at = moments.findIndex(({ id }) => id === momentId);
  const wanted = moments[at];
  if (wanted === undefined) throw missing('There is no such version in the history of this pipeline.');
  const document = playback(moments.slice(0, at + 1)).document;
  if (document === null || documentHash(document) !== wanted.document) throw missing('That version cannot be put together any more: a part of the history is damaged.');
  return document;
}

export interface Playback {
  readonly document: PipelineDocument | null;
  /** The version before the last moment. */
  readonly before: PipelineDocument | null;
}

/** The last two versions that the records lead to; null where what they build on is missing. */
export function playback(moments: readonly MomentRecord[]): Playback {
  const start = Math.max(0, moments.findLastIndex(({ whole, replaces }) => whole !== undefined && replaces !== true));
  let document: PipelineDocument | null = null;
  let before: PipelineDocument | null = null;
  for (const { whole, delta, replaces } of moments.slice(start)) {
    const base: PipelineDocument | null = replaces === true ? before : document;
    before = base;
    try {
      document = whole !== undefined ? readDocument(whole) : base === null || delta === undefined ? null : applyDelta(base, delta as DocumentDelta);
    } catch {
      document = null;
    }
  }
  return { document, before };
}

function missing(message: string): PenstockError {
  return new PenstockError('version-missing', message, { remedy: 'Choose another version.' });
}
