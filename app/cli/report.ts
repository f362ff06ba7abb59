import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { PenstockError } from '#app/core/errors.ts';
import { formatBytes } from '#app/core/units.ts';
import { appPlaces, createEngine, exportReport, findProject, type Engine } from '#app/engine/index.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

export interface ReportExportOptions {
  readonly html: string;
  readonly project?: string;
  readonly json?: boolean;
}

/** `penstock report …`: works on a project's folder, without the app. */
export function reportCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const report = program.command('report').description('reports of a project: list them, write one as a file');
  report
    .command('list')
    .description('list the reports of a project')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .option('--json', 'print JSON')
    .action((options: { project?: string; json?: boolean }) => done(reportListCommand(options, terminal)));
  report
    .command('export <name>')
    .description('write a report (its title, or its file) as one self-contained HTML file; nothing is run')
    .requiredOption('--html <file>', 'the file to write; - for the output')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .option('--json', 'print what was written as JSON')
    .action((name: string, options: ReportExportOptions) => done(reportExportCommand(name, options, terminal)));
}

/** `penstock report list` */
export function reportListCommand(options: { readonly project?: string; readonly json?: boolean }, terminal: Terminal): Promise<number> {
  return withProject(options.project, async (engine) => {
    const reports = await engine.reports.list();
    if (options.json === true) printJson(terminal, reports);
    else if (reports.length === 0) terminal.out('No reports yet.\n');
    else terminal.out(textTable(reports.map(({ path: at, title, kind, blocks }) => [at, title, kind, `${blocks} ${blocks === 1 ? 'block' : 'blocks'}`])));
    return exitCodes.ok;
  });
}

/** `penstock report export`: 0 when the file is written. @throws PenstockError `unknown-report`, `output-folder-missing`, those of the export. */
export function reportExportCommand(name: string, options: ReportExportOptions, terminal: Terminal): Promise<number> {
  return withProject(options.project, async (engine) => {
    const { report } = await engine.reports.open(await engine.reports.find(name), { readOnly: true });
    if (options.html !== '-' && !existsSync(path.dirname(path.resolve(options.html)))) {
      throw new PenstockError('output-folder-missing', `There is no folder ${path.dirname(path.resolve(options.html))}.`, { remedy: 'Make it first, or name another file with --html.' });
    }
    const { html, notes } = await exportReport(engine, report, new AbortController().signal);
    if (options.html === '-') terminal.out(html);
    else await writeFile(options.html, html);
    const bytes = Buffer.byteLength(html);
    if (options.json === true && options.html !== '-') printJson(terminal, { report: report.title, file: path.resolve(options.html), bytes, notes });
    else if (options.html !== '-') terminal.error(`“${report.title}” is in ${options.html} (${formatBytes(bytes)}).\n`);
    if (options.json !== true) for (const note of notes) terminal.error(`${note}\n`);
    return exitCodes.ok;
  });
}

async function withProject<T>(project: string | undefined, work: (engine: Engine) => Promise<T>): Promise<T> {
  const place = project === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(project), filesDir: path.resolve(project) };
  if (!existsSync(path.join(place.projectDir, 'penstock.db'))) {
    throw new PenstockError('project-missing', `There is no project in ${place.projectDir}.`, { remedy: 'Name the folder of the project that has the report with --project.' });
  }
  const engine = await createEngine({ ...place, ...appPlaces(), readOnly: true });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
