import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { PenstockError } from '#app/core/errors.ts';
import { formatAgo, formatCount } from '#app/core/units.ts';
import { appPlaces, createEngine, findProject, holdsProject, TrustedProjects, trustReport, userConfigDir, type Engine, type TrustReport } from '#app/engine/index.ts';
import { locked } from './run.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

export interface TrustOptions {
  readonly list?: boolean;
  readonly revoke?: boolean;
  readonly json?: boolean;
}

/** What `--trust-once` says of itself, on every command that has it. */
export const trustOnceHelp = 'let scripts, SQL, databases, models and triggers of a project from elsewhere run, this time only: for CI machines that are thrown away';

/** How a command opens a project. */
export const trustOf = ({ trustOnce }: { readonly trustOnce?: boolean }): { readonly trust?: 'given' } => (trustOnce === true ? { trust: 'given' } : {});

/** `penstock trust` */
export function trustCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  program
    .command('trust [folder]')
    .description('let a project from elsewhere run its scripts, SQL, models and triggers, and contact its databases (default: the nearest project)')
    .option('--list', 'list the projects that are trusted, and trust none')
    .option('--revoke', 'take it back')
    .option('--project <folder>', 'the same as the argument')
    .option('--json', 'print JSON')
    .action((folder: string | undefined, options: TrustOptions & { project?: string }) => done(trustCommand(folder ?? options.project, options, terminal)));
}

/** `penstock trust`: what it lets run is printed. @throws PenstockError `project-missing`, `project-locked`, those of the list. */
export async function trustCommand(folder: string | undefined, options: TrustOptions, terminal: Terminal): Promise<number> {
  const trusted = new TrustedProjects(userConfigDir());
  if (options.list === true) {
    const all = trusted.list();
    if (options.json === true) printJson(terminal, all);
    else if (all.length === 0) terminal.out('No project is trusted yet.\n');
    else terminal.out(textTable(all.map(({ path: at, since, how }) => [at, how === 'made' ? 'made here' : 'trusted', formatAgo(since, Date.now()), existsSync(at) ? '' : 'not there any more'])));
    return exitCodes.ok;
  }
  const projectDir = folder === undefined ? findProject(process.cwd()).projectDir : (findProject(folder).found && !holdsProject(folder) ? findProject(folder).projectDir : path.resolve(folder));
  if (options.revoke === true) return revoke(projectDir, trusted, terminal);
  if (!holdsProject(projectDir)) throw new PenstockError('project-missing', `There is no project in ${projectDir}.`, { remedy: 'Name the folder of a project.' });
  const engine = await createEngine({ projectDir, ...appPlaces(), warn: (message) => terminal.error(`${message}\n`) });
  try {
    if (engine.readOnly) throw locked(engine);
    const before = engine.trust.restricted;
    await engine.trust.give();
    const report = await trustReport(engine);
    if (options.json === true) printJson(terminal, report);
    else terminal.out(`${before ? 'Trusted' : 'Trusted already'}: ${projectDir}\n${whatRuns(report)}`);
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}

/** Through the project where it can be opened, for its audit log; else the list alone. */
async function revoke(projectDir: string, trusted: TrustedProjects, terminal: Terminal): Promise<number> {
  const here = existsSync(projectDir) ? realpathSync(projectDir) : projectDir;
  if (!trusted.list().some((one) => one.path === here)) {
    terminal.error(`${projectDir} is not trusted.\n`);
    return exitCodes.ok;
  }
  const engine = holdsProject(projectDir) ? await createEngine({ projectDir, ...appPlaces(), warn: (message) => terminal.error(`${message}\n`) }).catch(() => null) : null;
  try {
    if (engine !== null && !engine.readOnly) await engine.trust.revoke();
    else await trusted.remove(here);
  } finally {
    await engine?.close();
  }
  terminal.out(`No longer trusted: ${projectDir}\n`);
  return exitCodes.ok;
}

function whatRuns({ nodes, connections, automations, channels, servers, models }: TrustReport): string {
  const lines = [
    ...nodes.map(({ pipeline, title, kind }) => `  ${pipeline}: “${title}” (${kindWords[kind]})\n`),
    ...(connections.length === 0 ? [] : [`  databases: ${connections.join(', ')}\n`]),
    ...(automations.length === 0 ? [] : [`  schedules and triggers: ${automations.join(', ')}\n`]),
    ...(channels.length === 0 ? [] : [`  messages to: ${channels.join(', ')}\n`]),
    ...(servers.length === 0 ? [] : [`  model servers: ${servers.join(', ')}\n`]),
    ...(models === 0 ? [] : [`  ${formatCount(models)} registered ${models === 1 ? 'model' : 'models'}\n`]),
  ];
  return lines.length === 0 ? 'Nothing in it was held back.\n' : `Now this can run:\n${lines.join('')}`;
}

const kindWords: Readonly<Record<TrustReport['nodes'][number]['kind'], string>> = {
  javascript: 'JavaScript',
  python: 'Python',
  sql: 'SQL',
  database: 'a database',
  'model-file': 'a model file',
  'registered-model': 'a registered model',
  server: 'a server',
  pack: 'code of a pack',
  'writes-outside': 'a file outside the project',
};

/** Says that a project is restricted, where it is. */
export function sayRestricted(engine: Pick<Engine, 'trust'>, terminal: Terminal): void {
  if (engine.trust.restricted) terminal.error('This project comes from elsewhere and is restricted: scripts, SQL, databases, models from files and triggers do not run.\n  → “penstock trust” lets them run; --trust-once this time only.\n');
}
