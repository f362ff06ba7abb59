import { existsSync } from 'node:fs';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { formatAgo, formatBytes, formatDuration } from '#app/core/units.ts';
import { appPlaces, createEngine, findProject, restoreStore } from '#app/engine/index.ts';
import { locked } from './run.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

export interface StorageOptions {
  readonly project?: string;
  /** Results whose nodes have newer ones, and what is over the budget. */
  readonly clean?: boolean;
  /** With `clean`: every result that may go. */
  readonly all?: boolean;
  /** Puts the last good copy of the database in the place of a damaged one. */
  readonly restore?: boolean;
  readonly json?: boolean;
}

/** `penstock storage`: what kept results take on the disk, and freeing it. @throws PenstockError `project-missing`, `project-locked`. */
export async function storageCommand(options: StorageOptions, terminal: Terminal): Promise<number> {
  const place = options.project === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(options.project) };
  if (!existsSync(path.join(place.projectDir, 'penstock.db'))) {
    throw new PenstockError('project-missing', `There is no project in ${place.projectDir}.`, { remedy: 'Name the folder of a project with --project; “penstock run” and “penstock serve” make one.' });
  }
  if (options.restore === true) {
    const { damaged, copiedAt } = restoreStore(place.projectDir);
    terminal.out(`The database is that of ${new Date(copiedAt).toISOString().slice(0, 16).replace('T', ' ')} again; the other one is ${damaged}.\n`);
    return exitCodes.ok;
  }
  const engine = await createEngine({ ...place, ...appPlaces(), warn: (message) => terminal.error(`${message}\n`) });
  try {
    if (options.clean === true) {
      if (engine.readOnly) throw locked(engine);
      const cleaned = await engine.storage.clean({ all: options.all === true });
      engine.audit({ action: 'storage.cleaned', subject: 'project', details: { all: options.all === true, ...cleaned } });
      if (options.json === true) printJson(terminal, cleaned);
      else terminal.out(`${formatBytes(cleaned.freed)} freed, ${cleaned.results} ${cleaned.results === 1 ? 'result' : 'results'} removed.\n`);
      return exitCodes.ok;
    }
    const report = await engine.storage.report();
    if (options.json === true) {
      printJson(terminal, report);
      return exitCodes.ok;
    }
    const rows = report.held.map((one) => [formatBytes(one.bytes), one.pipelineTitle, one.nodeTitle, one.isPinned ? 'pinned' : '', `${formatDuration(one.ms)} to make`, `used ${formatAgo(one.lastUsed, Date.now())}`]);
    if (rows.length > 0) terminal.out(textTable(rows));
    terminal.out(`${formatBytes(report.used)} of ${formatBytes(report.budget)} used${report.models > 0 ? `, ${formatBytes(report.models)} by registered models` : ''}${report.unused > 0 ? `, ${formatBytes(report.unused)} by nothing` : ''}.\n`);
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}
