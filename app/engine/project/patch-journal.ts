import { rm } from 'node:fs/promises';
import type { z } from 'zod';
import { refuseHostileKeys } from '#app/pipeline/parse.ts';
import { journalMoments, parseJournal, serialiseRecord } from '#app/pipeline/journal.ts';
import type { EarlierSteps, Step, UnsavedSteps } from '#app/pipeline/steps.ts';
import { AppendLog } from '#app/sealing/append-log.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { appendDurably, writeFileAtomically } from './atomic-file.ts';

/** An edit as a window sends it; `after`: hashes of the versions that it may have been made on. */
export interface GivenEdit extends Omit<UnsavedSteps<unknown>, 'entries'> {
  readonly after: readonly string[];
  readonly entries: readonly unknown[];
}

/** What a journal has to know of its documents. */
export interface PatchedKind<Document, Patch> {
  readonly steps: z.ZodType<Step<Patch>[]>;
  /** @throws PenstockError where it does not fit. */
  readonly apply: (document: Document, patch: Patch) => Document;
  /** So many steps are carried on. */
  readonly kept: number;
}

/** Characters of steps that are carried on: pictures in them are large. The last step stays whatever its size. */
const keptText = 16_000_000;
/** A journal is written anew, short, when it has grown by so many characters: typing in a long text takes down all of it each time. */
const grownText = 4_000_000;

/** The history at one version of the document, in the numbers of its journal. */
interface State<Patch> extends EarlierSteps<Patch> {
  readonly hash: string;
}

/**
 * The undo history of a small document, in a journal like that of a pipeline (app/pipeline/journal). The document's file is always whole and
 * says what it is; the journal only says what led there. So the history that counts is the one at the last line whose version the file
 * has: an edit that a kill kept from the file is not made by anybody later, nor is a version from git undone by an old journal.
 */
export class PatchJournal<Document, Patch> {
  readonly #log: AppendLog;
  readonly #kind: PatchedKind<Document, Patch>;
  /** Null: to be read. */
  #state: State<Patch> | null = null;
  #size = 0;
  #sizeWhenShort = 0;

  /** Absolute path. */
  constructor(file: string, kind: PatchedKind<Document, Patch>) {
    this.#log = new AppendLog(file);
    this.#kind = kind;
  }

  /** The history of a document whose file was just read. `tidy`: what is not of it goes from the journal, and the oldest steps. */
  async open(document: Document, hash: string, tidy: boolean): Promise<EarlierSteps<Patch>> {
    const text = await readProjectText(this.#log.file).catch(() => '');
    const state = cut(fitting(document, stateIn(text, hash, this.#kind), this.#kind), this.#kind.kept);
    if (tidy && text !== '') await this.#shorten(state);
    const { history, position, forgotten } = state;
    return { history, position, forgotten };
  }

  /** Resolves when the edit from version `before` to `after` is in the journal and in the file, which `write` writes. @throws file errors. */
  async save(before: string, after: string, edit: UnsavedSteps<Patch>, write: () => Promise<void>): Promise<void> {
    try {
      await this.#append(before, after, edit);
      await write();
    } catch (error) {
      // What is in the file then is looked up again.
      this.#state = null;
      throw error;
    }
  }

  async #append(before: string, after: string, edit: UnsavedSteps<Patch>): Promise<void> {
    const known = this.#state?.hash === before ? this.#state : stateIn(await readProjectText(this.#log.file).catch(() => ''), before, this.#kind);
    // Where the steps before it are not known any more, what is edited now is numbered as the window does, and can be undone.
    let from: State<Patch> = edited(known, edit, after) === null ? { hash: before, history: [], position: 0, forgotten: edit.base } : known;
    const grown = this.#size - this.#sizeWhenShort > grownText;
    if (from !== this.#state || grown) from = cut(from, this.#kind.kept, edit);
    const next = edited(from, edit, after);
    if (next === null) {
      // Undone further than the journal reaches.
      await this.#shorten({ hash: after, history: [], position: 0, forgotten: edit.position });
      return;
    }
    if (from !== this.#state || grown) await this.#shorten(from);
    const line = serialiseRecord({ at: Date.now(), ...edit, document: after });
    this.#state = null;
    await appendDurably(this.#log, line);
    this.#size += line.length;
    this.#state = next;
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  async remove(): Promise<void> {
    await this.close();
    this.#state = null;
    await rm(this.#log.file, { force: true });
  }

  async #shorten(state: State<Patch>): Promise<void> {
    await this.close();
    const { hash, history, position, forgotten } = state;
    const line = serialiseRecord({ at: Date.now(), base: forgotten, entries: history, position: forgotten + position, document: hash });
    await writeFileAtomically(this.#log.file, line, { log: true });
    this.#state = state;
    this.#size = line.length;
    this.#sizeWhenShort = line.length;
  }
}

/** What a journal says of a version; nothing where it does not know it. */
function stateIn<Document, Patch>(text: string, hash: string, { steps }: PatchedKind<Document, Patch>): State<Patch> {
  const none: State<Patch> = { hash, history: [], position: 0, forgotten: 0 };
  const { records } = parseJournal<Patch>(text);
  const read = journalMoments(records);
  const moment = read?.moments[records.findLastIndex((record) => record.document === hash)];
  if (read === null || moment === undefined) return none;
  try {
    refuseHostileKeys(moment.entries, 'The journal');
    return { hash, history: steps.parse(moment.entries), position: moment.position, forgotten: read.forgotten };
  } catch {
    return none;
  }
}

/** Without the steps that something damaged: those that could not be taken back or made again. */
function fitting<Document, Patch>(document: Document, state: State<Patch>, { apply }: PatchedKind<Document, Patch>): State<Patch> {
  const { history, position } = state;
  const reach = (steps: readonly Patch[]): number => {
    let current = document;
    for (const [index, patch] of steps.entries()) {
      try {
        current = apply(current, patch);
      } catch {
        return index;
      }
    }
    return steps.length;
  };
  const back = reach(history.slice(0, position).toReversed().map(({ inverse }) => inverse));
  const on = reach(history.slice(position).map(({ command }) => command));
  const dropped = position - back;
  return { ...state, history: history.slice(dropped, position + on), position: back, forgotten: state.forgotten + dropped };
}

/** The history after an edit; null where the edit is of steps that it does not have. */
function edited<Patch>({ history, forgotten }: State<Patch>, edit: UnsavedSteps<Patch>, hash: string): State<Patch> | null {
  const base = edit.base - forgotten;
  if (base < 0 || base > history.length) return null;
  const next = [...history.slice(0, base), ...edit.entries];
  const position = edit.position - forgotten;
  return position < 0 || position > next.length ? null : { hash, history: next, position, forgotten };
}

/** The newest steps that are carried on; none that `edit` is of goes. */
function cut<Patch>(state: State<Patch>, most: number, edit: Pick<UnsavedSteps<Patch>, 'base' | 'position'> = { base: Infinity, position: Infinity }): State<Patch> {
  const { history, position, forgotten } = state;
  let room = keptText;
  let kept = 0;
  for (const step of history.toReversed()) {
    room -= JSON.stringify(step).length;
    if (kept >= most || (room < 0 && kept > 0)) break;
    kept += 1;
  }
  const dropped = Math.min(history.length - kept, position, edit.base - forgotten, edit.position - forgotten);
  return dropped <= 0 ? state : { ...state, history: history.slice(dropped), position: position - dropped, forgotten: forgotten + dropped };
}
