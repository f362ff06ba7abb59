import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import { z } from 'zod';
import { refuseHostileKeys } from '#app/pipeline/parse.ts';
import { emptyReport, type ReportDocument } from '#app/reports/document.ts';
import { parseReport, readReport, reportHash, serialiseReport } from '#app/reports/parse.ts';
import { applyPatch, reportStepSchema, type ReportPatch } from '#app/reports/patch.ts';
import { keptReportSteps, type EarlierReportSteps, type ReportStep } from '#app/reports/report-history.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';
import { fileNameFor, resolveInside } from '../project/paths.ts';
import { journalPath } from '../project/journal-paths.ts';
import { Trash } from '../project/trash.ts';
import { PatchJournal, type GivenEdit } from '../project/patch-journal.ts';

/**
 * Reports of a project: `reports/*.report.json`, each with the journal of its edits in `journals/`. A report is small, so every save writes
 * the whole file, atomically, before it is answered. What is on disk is what a save must have been made on, whoever wrote it: another window,
 * git, an editor. The journal is what undo lives from.
 */

type ReportJournal = PatchJournal<ReportDocument, ReportPatch>;

const reports = { steps: z.array(reportStepSchema) as z.ZodType<ReportStep[]>, apply: applyPatch, kept: keptReportSteps };

const extension = '.report.json';
const folder = 'reports';

export interface ListedReport {
  readonly path: string;
  readonly title: string;
  readonly kind: ReportDocument['kind'];
  readonly blocks: number;
  readonly modifiedAt: number;
}

export interface OpenedReport extends EarlierReportSteps {
  readonly report: ReportDocument;
  readonly version: string;
}

export class ReportFiles {
  readonly #root: string;
  readonly #trash: Trash;
  readonly #journals = new Map<string, ReportJournal>();
  /** One writer at a time for each report. */
  readonly #queue = new Map<string, Promise<unknown>>();

  constructor(root: string) {
    this.#root = root;
    this.#trash = new Trash(root);
  }

  /** Newest first. Files that cannot be read are listed by their names. */
  async list(): Promise<ListedReport[]> {
    const names = await readdir(path.join(this.#root, folder)).catch((): string[] => []);
    const found = await Promise.all(
      names
        .filter((name) => name.endsWith(extension) && !name.startsWith('.'))
        .map(async (name): Promise<ListedReport> => {
          const file = path.join(this.#root, folder, name);
          const [text, info] = await Promise.all([readProjectText(file).catch(() => ''), stat(file).catch(() => null)]);
          const report = parsed(text);
          return { path: `${folder}/${name}`, title: report?.title ?? name.slice(0, -extension.length), kind: report?.kind ?? 'document', blocks: report?.blocks.length ?? 0, modifiedAt: info?.mtimeMs ?? 0 };
        }),
    );
    return found.toSorted((a, b) => b.modifiedAt - a.modifiedAt || (a.path < b.path ? -1 : 1));
  }

  /** With the undo steps of earlier sessions. @throws PenstockError `file-missing`, and those of `parseReport`; the file is left as it is. */
  async open(relative: string, { readOnly = false }: { readonly readOnly?: boolean } = {}): Promise<OpenedReport> {
    return this.#inTurn(relative, async () => {
      const report = parseReport(await this.#text(relative));
      const version = reportHash(report);
      return { report, version, ...(await this.#journal(relative).open(report, version, !readOnly)) };
    });
  }

  /** `like`: what it begins with; it gets an id and a title of its own. */
  async create(title: string, like?: ReportDocument): Promise<{ path: string }> {
    await mkdir(path.join(this.#root, folder), { recursive: true });
    const id = newRecordId();
    const report = readReport(like === undefined ? emptyReport(id, title) : { ...like, id, title });
    const relative = await this.#inTurn(folder, async () => {
      const at = this.#freeName(fileNameFor(title));
      // Of one with that name that was removed outside.
      await this.#journal(at).remove();
      await writeFileAtomically(this.#file(at), serialiseReport(report));
      return at;
    });
    return { path: relative };
  }

  /**
   * Resolves when the report is on disk, and the steps that led to it. `after`: hashes of the versions that it may have been made on.
   * @throws PenstockError `edited-elsewhere` when the file is at none of them; nothing is written. `file-missing`, `report-invalid`.
   */
  async save(relative: string, given: unknown, edit: GivenEdit): Promise<{ savedAt: number; version: string }> {
    const report = readReport(given);
    const { after, base, position } = edit;
    refuseHostileKeys(edit.entries, 'The edit');
    const entries = reports.steps.parse(edit.entries);
    return this.#inTurn(relative, async () => {
      const text = await this.#text(relative);
      const present = parsed(text);
      const version = reportHash(report);
      // A file that something damaged meanwhile is not written over either.
      if (present === null || !(after.includes(reportHash(present)) || reportHash(present) === version)) {
        throw new PenstockError('edited-elsewhere', `“${report.title}” was changed elsewhere meanwhile.`, { remedy: 'Load it to go on from there, or keep yours as a copy.' });
      }
      await this.#journal(relative).save(reportHash(present), version, { base, entries, position }, () => writeFileAtomically(this.#file(relative), serialiseReport(report)));
      return { savedAt: Date.now(), version };
    });
  }

  /** Moves the file into the project's trash, with its undo steps. Gives the name by which `restore` knows it. */
  async remove(relative: string): Promise<{ trashed: string }> {
    return this.#inTurn(relative, async () => {
      await this.#text(relative);
      await this.#journal(relative).close();
      this.#journals.delete(relative);
      return this.#trash.put(this.#file(relative), this.#beside(relative));
    });
  }

  /** Brings back what `remove` took away, under its name or one like it. @throws PenstockError `not-in-trash`. */
  async restore(trashed: string): Promise<{ path: string }> {
    return this.#inTurn(folder, () =>
      this.#trash.restore(trashed, (stem) => {
        const relative = this.#freeName(stem);
        return { path: relative, beside: this.#beside(relative) };
      }),
    );
  }

  #beside(relative: string): Readonly<Record<string, string>> {
    return { '.journal.jsonl': this.#journalFile(relative) };
  }

  /** Lets go of the files. */
  async close(): Promise<void> {
    await Promise.all([...this.#journals.values()].map((journal) => journal.close()));
  }

  /** Path of the report with this path, file name, id or title. @throws PenstockError `unknown-report`, `ambiguous-report`. */
  async find(name: string): Promise<string> {
    const reports = await this.list();
    const exact = reports.find(({ path: at }) => at === name || at === `${folder}/${name}${extension}` || at === `${folder}/${name}`);
    if (exact !== undefined) return exact.path;
    const titled = reports.filter(({ title }) => title.toLowerCase() === name.toLowerCase());
    if (titled.length === 1 && titled[0] !== undefined) return titled[0].path;
    if (titled.length > 1) throw new PenstockError('ambiguous-report', `${titled.length} reports are called “${name}”.`, { remedy: `Use a path: ${titled.map(({ path: at }) => at).join(', ')}.` });
    throw new PenstockError('unknown-report', `The project has no report “${name}”.`, { remedy: reports.length === 0 ? 'Make one on the page Reports of the app.' : `Its reports are: ${reports.map(({ title }) => title).join(', ')}.` });
  }

  async #text(relative: string): Promise<string> {
    return readProjectText(this.#file(relative)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw new PenstockError('file-missing', `The report ${relative} does not exist any more.`, { remedy: 'It may have been removed elsewhere; open the list of reports.', place: { file: relative } });
    });
  }

  #file(relative: string): string {
    if (!relative.endsWith(extension)) throw new PenstockError('not-a-report', `${relative} is not a report file.`, { remedy: `Name a file that ends in ${extension}.` });
    return resolveInside(this.#root, relative);
  }

  #freeName(name: string): string {
    for (let number = 1; ; number += 1) {
      const relative = `${folder}/${name}${number === 1 ? '' : `-${number}`}${extension}`;
      if (!existsSync(this.#file(relative))) return relative;
    }
  }

  #journalFile(relative: string): string {
    return journalPath(this.#root, path.relative(this.#root, this.#file(relative)), 'jsonl');
  }

  #journal(relative: string): ReportJournal {
    const file = this.#journalFile(relative);
    const known = this.#journals.get(relative);
    if (known !== undefined) return known;
    const made = new PatchJournal(file, reports);
    this.#journals.set(relative, made);
    return made;
  }

  #inTurn<T>(relative: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queue.get(relative) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#queue.set(relative, mine.catch(() => undefined));
    return mine;
  }
}

function parsed(text: string): ReportDocument | null {
  try {
    return parseReport(text);
  } catch {
    return null;
  }
}
