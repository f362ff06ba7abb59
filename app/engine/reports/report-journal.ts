import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { refuseHostileKeys } from '#app/pipeline/parse.ts';
import { journalMoments, parseJournal, serialiseRecord, type JournalRecord } from '#app/pipeline/journal.ts';
import type { ReportDocument } from '#app/reports/document.ts';
import { applyPatch, reportStepSchema, type ReportPatch } from '#app/reports/patch.ts';
import { keptReportSteps, type EarlierSteps, type ReportStep } from '#app/reports/report-history.ts';
import { AppendLog } from '#app/sealing/append-log.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { appendDurably, writeFileAtomically } from '../project/atomic-file.ts';

/** Of an edit: `entries` replace the history from `base` on; `position` of all are applied then. */
export interface ReportEdit {
  readonly base: number;
  readonly entries: readonly ReportStep[];
  readonly position: number;
}

/** Characters of steps that are carried on: pictures in them are large. The last step stays whatever its size. */
const keptText = 16_000_000;
/** A journal is written anew, short, when it has grown by so many characters: typing in a long text takes down all of it each time. */
const grownText = 4_000_000;

/** The history at one version of the report, in the numbers of its journal. */
interface State extends EarlierSteps {
  readonly hash: string;
}

/**
 * The undo history of a report, in a journal like that of a pipeline (app/pipeline/journal). The report's file is always whole and says
 * what the report is; the journal only says what led there. So the history that counts is the one at the last line whose version the file
 * has: an edit that a kill kept from the file is not made by anybody later, nor is a version from git undone by an old journal.
 */
export class ReportJournal {
  readonly #log: AppendLog;
  /** Null: to be read. */
  #state: State | null = null;
  #size = 0;
  #sizeWhenShort = 0;

  /** Absolute path. */
  constructor(file: string) {
    this.#log = new AppendLog(file);
  }

  /** The history of a report whose file was just read. `tidy`: what is not of it goes from the journal, and the oldest steps. */
  async open(report: ReportDocument, hash: string, tidy: boolean): Promise<EarlierSteps> {
    const text = await readProjectText(this.#log.file).catch(() => '');
    const state = cut(fitting(report, stateIn(text, hash)));
    if (tidy && text !== '') await this.#shorten(state);
    return state;
  }

  /** Resolves when the edit from version `before` to `after` is on disk. @throws file errors; the journal is then as it was. */
  async append(before: string, after: string, edit: ReportEdit): Promise<void> {
    const known = this.#state?.hash === before ? this.#state : stateIn(await readProjectText(this.#log.file).catch(() => ''), before);
    // Where the steps before it are not known any more, what is edited now is numbered as the window does, and can be undone.
    let from: State = edited(known, edit, after) === null ? { hash: before, history: [], position: 0, forgotten: edit.base } : known;
    const grown = this.#size - this.#sizeWhenShort > grownText;
    if (from !== this.#state || grown) from = cut(from, edit);
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

  /** After a save that did not come about: what is in the file is looked up again. */
  doubt(): void {
    this.#state = null;
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  async remove(): Promise<void> {
    await this.close();
    this.#state = null;
    await rm(this.#log.file, { force: true });
  }

  async #shorten(state: State): Promise<void> {
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
function stateIn(text: string, hash: string): State {
  const none: State = { hash, history: [], position: 0, forgotten: 0 };
  const { records } = parseJournal<ReportPatch>(text);
  const read = journalMoments(records);
  const moment = read?.moments[records.findLastIndex((record: JournalRecord<ReportPatch>) => record.document === hash)];
  if (read === null || moment === undefined) return none;
  try {
    refuseHostileKeys(moment.entries, 'The journal');
    return { hash, history: z.array(reportStepSchema).parse(moment.entries), position: moment.position, forgotten: read.forgotten };
  } catch {
    return none;
  }
}

/** Without the steps that something damaged: those that could not be taken back or made again. */
function fitting(report: ReportDocument, state: State): State {
  const { history, position } = state;
  const reach = (steps: readonly ReportPatch[]): number => {
    let current = report;
    for (const [index, patch] of steps.entries()) {
      try {
        current = applyPatch(current, patch);
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
function edited({ history, forgotten }: State, edit: ReportEdit, hash: string): State | null {
  const base = edit.base - forgotten;
  if (base < 0 || base > history.length) return null;
  const next = [...history.slice(0, base), ...edit.entries];
  const position = edit.position - forgotten;
  return position < 0 || position > next.length ? null : { hash, history: next, position, forgotten };
}

/** The newest steps that are carried on; none that `edit` is of goes. */
function cut(state: State, edit: Pick<ReportEdit, 'base' | 'position'> = { base: Infinity, position: Infinity }): State {
  const { history, position, forgotten } = state;
  let room = keptText;
  let kept = 0;
  for (const step of history.toReversed()) {
    room -= JSON.stringify(step).length;
    if (kept >= keptReportSteps || (room < 0 && kept > 0)) break;
    kept += 1;
  }
  const dropped = Math.min(history.length - kept, position, edit.base - forgotten, edit.position - forgotten);
  return dropped <= 0 ? state : { ...state, history: history.slice(dropped), position: position - dropped, forgotten: forgotten + dropped };
}
