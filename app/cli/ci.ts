import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { PenstockError } from '#app/core/errors.ts';
import { appPlaces, checkProject, ciMarkdown, findProject, isTrustedFolder, userConfigDir, workflowFile, workflowPath } from '#app/engine/index.ts';
import { trustOnceHelp } from './trust.ts';
import { exitCodes, printJson, type Terminal } from './terminal.ts';

export interface CiCommandOptions {
  readonly project?: string;
  readonly base?: string;
  readonly sample?: number;
  readonly report?: string;
  readonly json?: boolean;
  readonly writeWorkflow?: boolean;
  readonly trustBase?: boolean;
  readonly trustOnce?: boolean;
}

/** `penstock ci` */
export function ciCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  program
    .command('ci')
    .description('check the pipelines for a pull request: validate all, run the changed ones on a sample, compare their metrics with the base')
    .option('--base <ref>', 'branch or commit to compare with (default: the pull request’s, penstock.ci.json’s, or main)')
    .option('--sample <rows>', 'rows taken of each source, at random; 0: all (default: penstock.ci.json’s, or 10000)', rows)
    .option('--report <file>', 'write the report as Markdown')
    .option('--write-workflow', 'write .github/workflows/penstock.yml, and check nothing')
    .option('--trust-base', 'in a project from elsewhere: run scripts, SQL and databases that are in the base as they are here, not what the pull request wrote')
    .option('--trust-once', trustOnceHelp)
    .option('--project <folder>', 'project folder (default: the nearest)')
    .option('--json', 'print the report as one JSON object')
    .action((options: CiCommandOptions) => done(ciCommand(options, terminal)));
}

function rows(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 1_000_000_000) return value;
  throw new InvalidArgumentError('It must be a whole number of rows.');
}

/** `penstock ci`: 0 when every check passed. @throws PenstockError `workflow-there`, those of `checkProject`. */
export async function ciCommand(options: CiCommandOptions, terminal: Terminal): Promise<number> {
  const found = findProject(process.cwd());
  const projectDir = options.project === undefined ? (found.found ? found.filesDir : process.cwd()) : path.resolve(options.project);
  if (options.writeWorkflow === true) return writeWorkflow(projectDir, terminal);
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const trust = options.trustOnce === true ? 'given' : options.trustBase === true ? 'base' : isTrustedFolder(projectDir, userConfigDir()) ? 'given' : 'restricted';
    if (trust === 'restricted') terminal.error('This project comes from elsewhere: its scripts, SQL and databases do not run in this check.\n  → --trust-base runs those that the base has, too; --trust-once all of them.\n');
    const report = await checkProject({ ...appPlaces(), projectDir, trust, base: options.base, sample: options.sample, signal: controller.signal, said: (message) => (options.json === true ? undefined : terminal.error(`${message}\n`)) });
    const markdown = ciMarkdown(report);
    if (options.report !== undefined) {
      await mkdir(path.dirname(path.resolve(options.report)), { recursive: true });
      await writeFile(options.report, markdown);
    }
    if (options.json === true) printJson(terminal, report);
    else if (options.report === undefined) terminal.out(markdown);
    else terminal.out(`${report.passed ? 'Passed' : 'Failed'}; the report is in ${options.report}.\n`);
    return report.passed ? exitCodes.ok : exitCodes.failed;
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}

async function writeWorkflow(projectDir: string, terminal: Terminal): Promise<number> {
  const file = path.join(projectDir, workflowPath);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, workflowFile, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new PenstockError('workflow-there', `${file} is there already; it was left as it is.`, { remedy: 'Remove it first to have it written anew.' }) : error;
  });
  terminal.out(`Wrote ${file}. Commit it, and every pull request is checked.\n`);
  return exitCodes.ok;
}
