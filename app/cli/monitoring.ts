import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { PenstockError } from '#app/core/errors.ts';
import { formatBytes, formatCount, formatNumber } from '#app/core/units.ts';
import { appPlaces, createEngine, exportReport, findProject, monitorReport, type Engine } from '#app/engine/index.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

interface Options {
  readonly project?: string;
  readonly json?: boolean;
}

/** `penstock monitor …`: what monitoring nodes saw, and alarms; works on a project's folder, without the app. */
export function monitorCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const monitor = program.command('monitor').description('monitors of a project and their alarms');
  const folder = ['--project <folder>', 'project folder (default: the nearest)'] as const;
  monitor
    .command('list')
    .description('list the monitors, each with what it saw last')
    .option(...folder)
    .option('--json', 'print JSON')
    .action((options: Options) => done(monitorListCommand(options, terminal)));
  monitor
    .command('alarms')
    .description('list the alarms; 1 where one is open')
    .option(...folder)
    .option('--all', 'cleared ones too')
    .option('--json', 'print JSON')
    .action((options: Options & { all?: boolean }) => done(monitorAlarmsCommand(options, terminal)));
  monitor
    .command('ack <alarm>')
    .description('say that an alarm has been seen')
    .option('--note <text>', 'what is done about it', '')
    .option('--clear', 'take it back instead')
    .option(...folder)
    .action((alarm: string, options: Options & { note: string; clear?: boolean }) => done(monitorAckCommand(alarm, options, terminal)));
  monitor
    .command('report <monitor>')
    .description('write what a monitor (PIPELINE/NODE, or the node’s title) saw last as one self-contained HTML file')
    .requiredOption('--html <file>', 'the file to write; - for the output')
    .option(...folder)
    .action((name: string, options: Options & { html: string }) => done(monitorReportCommand(name, options, terminal)));
}

/** `penstock monitor list` */
export function monitorListCommand(options: Options, terminal: Terminal): Promise<number> {
  return withProject(options.project, true, async (engine) => {
    const monitors = engine.alarms.monitors();
    if (options.json === true) printJson(terminal, monitors);
    else if (monitors.length === 0) terminal.out('No monitor has seen a batch yet: put one of the monitor nodes on a canvas and run it.\n');
    else terminal.out(textTable(monitors.map(({ monitor, nodeTitle, pipelineTitle, at, batch, count }) => [monitor, `${nodeTitle} (${pipelineTitle})`, batch.status, `${batch.statistic} ${batch.value === null ? '–' : formatNumber(batch.value)}${batch.threshold === null ? '' : ` of ${formatNumber(batch.threshold)}`}`, `${formatCount(count)} ${count === 1 ? 'batch' : 'batches'}`, new Date(at).toISOString()])));
    return exitCodes.ok;
  });
}

/** `penstock monitor alarms`: 1 where an alarm is open, as grep would. */
export function monitorAlarmsCommand(options: Options & { readonly all?: boolean }, terminal: Terminal): Promise<number> {
  return withProject(options.project, true, async (engine) => {
    const alarms = engine.alarms.list(options.all === true ? {} : { states: ['open', 'acknowledged'] });
    if (options.json === true) printJson(terminal, alarms);
    else if (alarms.length === 0) terminal.out('No alarms.\n');
    else terminal.out(textTable(alarms.map(({ id, state, severity, title, message, lastAt }) => [id, state, severity, title, message, new Date(lastAt).toISOString()])));
    return alarms.some(({ state }) => state === 'open') ? exitCodes.failed : exitCodes.ok;
  });
}

/** `penstock monitor ack`. @throws PenstockError `unknown-alarm`, `alarm-cleared`. */
export function monitorAckCommand(id: string, options: Options & { readonly note: string; readonly clear?: boolean }, terminal: Terminal): Promise<number> {
  return withProject(options.project, false, async (engine) => {
    const alarm = options.clear === true ? engine.alarms.clear(id) : engine.alarms.acknowledge(id, options.note);
    terminal.out(`“${alarm.title}” is ${alarm.state}.\n`);
    return exitCodes.ok;
  });
}

/** `penstock monitor report`. @throws PenstockError `unknown-monitor`, `output-folder-missing`. */
export function monitorReportCommand(name: string, options: Options & { readonly html: string }, terminal: Terminal): Promise<number> {
  return withProject(options.project, true, async (engine) => {
    if (options.html !== '-' && !existsSync(path.dirname(path.resolve(options.html)))) {
      throw new PenstockError('output-folder-missing', `There is no folder ${path.dirname(path.resolve(options.html))}.`, { remedy: 'Make it first, or name another file with --html.' });
    }
    const { html } = await exportReport(engine, monitorReport(engine, name), new AbortController().signal);
    if (options.html === '-') terminal.out(html);
    else {
      await writeFile(options.html, html);
      terminal.error(`${options.html} (${formatBytes(Buffer.byteLength(html))}).\n`);
    }
    return exitCodes.ok;
  });
}

async function withProject<T>(project: string | undefined, readOnly: boolean, work: (engine: Engine) => Promise<T>): Promise<T> {
  const place = project === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(project), filesDir: path.resolve(project) };
  if (!existsSync(path.join(place.projectDir, 'penstock.db'))) {
    throw new PenstockError('project-missing', `There is no project in ${place.projectDir}.`, { remedy: 'Name the folder of the project that has the monitors with --project.' });
  }
  const engine = await createEngine({ ...place, ...appPlaces(), readOnly });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
