import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { penstockVersion } from '#app/core/version.ts';
import { automationCommands } from './automation-commands.ts';
import { ciCommands } from './ci.ts';
import { contractCommands } from './contract.ts';
import { askOnTerminal, encryptionCommands } from './encryption.ts';
import { connectionCommands } from './connection-commands.ts';
import { briefCommands } from './brief.ts';
import { bundleCommand, scoreCommand, serveCommand, type ServeOptions } from './deploy.ts';
import { featureCommands } from './features.ts';
import { gpuCommands } from './gpu.ts';
import { monitorCommands } from './monitoring.ts';
import { describeCommand, type DescribeOptions } from './describe.ts';
import { doctorCommand, nodesCommand, runsCommand, validateCommand } from './inspect.ts';
import { lineageCommand, type LineageOptions } from './lineage.ts';
import { modelCommands } from './model.ts';
import { packCommands } from './pack.ts';
import { reportCommands } from './report.ts';
import { withOidcOptions } from './oidc-options.ts';
import { runCommand, type RunOptions } from './run.ts';
import { storageCommand, type StorageOptions } from './storage.ts';
import { exitCodes, printFailure, type Terminal } from './terminal.ts';
import { trustCommands, trustOnceHelp } from './trust.ts';
import { graphCommand, traceCommands, type GraphOptions } from './trace.ts';
import { userCommands } from './user.ts';
import { diffCommand, mergeCommand, type DiffOptions, type MergeOptions } from './versions.ts';

const projectHelp = 'project folder: keeps results, and relative paths are under it (default: the nearest folder at or above the file with penstock.db or pipelines/, else .penstock/ beside the file)';
const collect = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value];

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** Runs one command line. @returns the exit code. Never throws. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exitCodes.ok;
  const done = async (work: Promise<number> | number): Promise<void> => {
    code = await work;
  };
  const program = new Command('penstock')
    .description('Run, check and deploy Penstock pipelines.')
    .version(penstockVersion)
    .addHelpText('after', '\nExit codes: 0 everything succeeded; 1 a run, check or command failed; 2 wrong usage; 130 cancelled.')
    .showHelpAfterError('(“penstock --help” lists the commands)')
    .option('--key-file <file>', 'opens an encrypted project without its passphrase (default: PENSTOCK_KEY_FILE)')
    .hook('preAction', (_program, action) => {
      const { keyFile } = action.optsWithGlobals<{ keyFile?: string }>();
      if (keyFile !== undefined) process.env['PENSTOCK_KEY_FILE'] = path.resolve(keyFile);
    })
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.error(text) });

  program
    .command('run <file>')
    .description('run a pipeline; finished results are reused')
    .option('--to <node>', 'run only this node (id or title) and what it needs; may be repeated', collect)
    .option('--set <node.param=value>', 'change a parameter for this run; VALUE is JSON, else text; may be repeated', collect)
    .option('--project <folder>', projectHelp)
    .option('--memory <size>', 'memory of queries, as in 4GB; they use the disk beyond it (default: PENSTOCK_MEMORY_LIMIT, the project’s setting, or a share of the machine)')
    .option('--trust-once', trustOnceHelp)
    .option('--force', 'run also where it is certain before the start that it will not fit')
    .option('--json', 'print one JSON object with nodes, metrics and artifacts')
    .action((file: string, options: RunOptions) => done(runCommand(file, options, terminal)));
  program
    .command('validate <file>')
    .description('check a pipeline without running it')
    .option('--project <folder>', 'folder that relative paths are under')
    .option('--json', 'print diagnostics as JSON')
    .action((file: string, options: { project?: string; json?: boolean }) => done(validateCommand(file, options, terminal)));
  program
    .command('describe <file>')
    .description('tell a pipeline in words: what comes in, what each step does, what is learnt and how well, what to watch')
    .option('--markdown', 'print Markdown instead of plain text')
    .option('--out <file>', 'write Markdown to a file')
    .option('--project <folder>', 'project folder that has the runs (default: the nearest)')
    .option('--json', 'print the description as one JSON object, with the ids of the nodes it names')
    .action((file: string, options: DescribeOptions) => done(describeCommand(file, options, terminal)));
  program
    .command('lineage [file]')
    .description('show where a column, a row, a model, a number or a request comes from, and what came of it')
    .option('--of <thing>', 'model:NAME@VERSION, run:ID, dataset:PATH, metric:RUN/NODE/NAME, server:NAME or request:ID; without a file')
    .option('--to <thing>', 'with --of: only the way from there to this')
    .option('--up', 'with --of: only what it comes from')
    .option('--down', 'with --of: only what came of it')
    .option('--detail <detail>', 'with --of: runs, steps or columns', 'steps')
    .option('--depth <number>', 'with --of: steps away at most', '30')
    .option('--dot', 'with --of: in Graphviz’ language')
    .option('--column <node.column>', 'column, after its node’s id or title; nothing is run')
    .option('--row <node:number>', 'row of a node’s table, counted from 1; the project must have run it')
    .option('--port <name>', 'output of the node (default: its first table)')
    .option('--project <folder>', 'folder that relative paths are under')
    .option('--json', 'print the path as one JSON object')
    .action((file: string | undefined, options: LineageOptions & Partial<GraphOptions>) => done(options.of === undefined ? lineageCommand(file, options, terminal) : graphCommand({ ...options, of: options.of }, terminal)));
  program
    .command('diff <before> <after>')
    .description('say how a pipeline file differs from another, or a run (by its id) from another, and where its results begin to')
    .option('--project <folder>', 'project folder that has the runs (default: the nearest)')
    .option('--json', 'print one JSON object')
    .action((before: string, after: string, options: DiffOptions) => done(diffCommand(before, after, options, terminal)));
  program
    .command('merge <base> <ours> <theirs>')
    .description('put two edits of one pipeline file together, into OURS; git can use it as a merge driver')
    .option('--print', 'print the result instead of writing it')
    .option('--json', 'print the conflicts as JSON')
    .action((base: string, ours: string, theirs: string, options: MergeOptions) => done(mergeCommand(base, ours, theirs, options, terminal)));
  program
    .command('nodes')
    .description('list the node types')
    .option('--json', 'with ports and the JSON Schema of the parameters')
    .action((options: { json?: boolean }) => done(nodesCommand(options, terminal)));
  program
    .command('bundle <file>')
    .description('write the model of a node as a deployable folder or .zip, training it first where needed')
    .requiredOption('--node <node>', 'train node (id or title)')
    .requiredOption('--out <path>', 'folder, or file ending in .zip')
    .option('--name <name>', 'name of the model (default: from the path)')
    .option('--project <folder>', projectHelp)
    .option('--trust-once', trustOnceHelp)
    .action((file: string, options: { node: string; out: string; name?: string; project?: string; trustOnce?: boolean }) => done(bundleCommand(file, options, terminal)));
  program
    .command('score <bundle> <input> <output>')
    .description('predict for the records of a CSV or Parquet file with a bundle')
    .action((bundle: string, input: string, output: string) => done(scoreCommand(bundle, input, output, terminal)));
  withOidcOptions(program
    .command('serve')
    .description('the app in a browser: on this machine only, or for a team with accounts')
    .option('--project <folder>', 'project folder (default: the nearest, else this folder)')
    .option('--port <number>', 'port; 0 for any free one', wholeNumber(0, 65_535), 7400)
    .option('--samples', 'put the example pipelines into a new project')
    .option('--trust-once', trustOnceHelp)
    .option('--host <address>', 'for a team: address to listen at, as 0.0.0.0; needs TLS and an admin')
    .option('--tls-cert <file>', 'for a team: certificate with its chain (PEM)')
    .option('--tls-key <file>', 'for a team: its key (PEM)')
    .option('--behind-proxy <address>', 'for a team: address or network of the reverse proxy that does TLS; may be repeated', collect)
    .option('--public-name <name>', 'for a team: name people type into the address bar; may be repeated', collect)
    .option('--allow <network>', 'for a team: answer only these addresses, as 192.0.2.0/24; may be repeated', collect)
    .option('--accounts <file>', 'for a team: file of accounts (default: access.db in your own configuration folder)')
    .option('--data <folder>', 'for a team: a folder outside the project whose files may be used; may be repeated', collect)
    .option('--allow-scripts', 'for a team: run people’s JavaScript and Python'))
    .action((options: ServeOptions) => done(serveCommand(options, terminal)));
  program
    .command('runs')
    .description('list the runs of a project, newest first')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 20)
    .option('--json', 'print JSON')
    .action((options: { project?: string; limit: number; json?: boolean }) => done(runsCommand(options, terminal)));
  program
    .command('storage')
    .description('what the results of a project take on the disk, by pipeline and node')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .option('--clean', 'free space: results whose nodes have newer ones, and what is over the budget')
    .option('--all', 'with --clean: every result but pinned ones and those of registered models')
    .option('--restore', 'put the last good copy of a damaged database in its place; the damaged one is kept')
    .option('--json', 'print JSON')
    .action((options: StorageOptions) => done(storageCommand(options, terminal)));
  program
    .command('doctor')
    .description('say what works on this machine')
    .option('--project <folder>', 'project folder (default: the nearest)')
    .option('--json', 'print JSON')
    .action((options: { project?: string; json?: boolean }) => done(doctorCommand(options, terminal)));

  askOnTerminal();
  encryptionCommands(program, terminal, done);
  connectionCommands(program, terminal, done);
  reportCommands(program, terminal, done);
  briefCommands(program, terminal, done);
  featureCommands(program, terminal, done);
  gpuCommands(program, terminal, done);
  userCommands(program, terminal, done);
  modelCommands(program, terminal, done);
  traceCommands(program, terminal, done);
  monitorCommands(program, terminal, done);
  automationCommands(program, terminal, done);
  ciCommands(program, terminal, done);
  contractCommands(program, terminal, done);
  packCommands(program, terminal, done);
  trustCommands(program, terminal, done);

  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    printFailure(terminal, error);
    return usageCodes.has((error as { code?: unknown }).code) ? exitCodes.usage : exitCodes.failed;
  }
}

const usageCodes = new Set<unknown>([
  ...['no-way-in', 'passphrase-short', 'passphrase-differs', 'key-file-missing', 'recovery-key-typo'],
  ...['usage', 'unknown-node', 'unknown-param', 'set-syntax', 'ambiguous-node', 'output-format', 'param-invalid', 'not-a-pipeline', 'example-without-project', 'output-is-input', 'size-syntax', 'size-too-small', 'diff-mixed', 'output-folder-missing', 'unknown-report', 'ambiguous-report'],
  ...['unknown-alarm', 'unknown-monitor'],
  ...['trigger-missing', 'cron-invalid', 'timezone-unknown', 'ambiguous-automation', 'unknown-automation'],
  ...['unknown-model', 'unknown-alias', 'alias-name', 'model-name', 'search-syntax', 'mlflow-address', 'mlflow-none'],
]);
