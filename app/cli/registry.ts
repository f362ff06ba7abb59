import type { Command } from 'commander';
import { formatAgo, formatCount } from '#app/core/units.ts';
import { withOpenProject } from './open-project.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

const projectHelp = 'project folder (default: the nearest)';

interface Place {
  readonly project?: string;
  readonly json?: boolean;
}

/** `penstock model list|…`: the registry's part of the group. */
export function registryCommands(model: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  model
    .command('list')
    .description('list the registered versions, newest first')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((options: Place) => done(listModels(options, terminal)));
}

/** `penstock model list` */
export function listModels(options: Place, terminal: Terminal): Promise<number> {
  return withOpenProject(options.project, 'read', async (engine) => {
    const versions = engine.store.models.list();
    if (options.json === true) printJson(terminal, versions);
    else if (versions.length === 0) terminal.out('No models yet. The node “Register Model” registers one.\n');
    else terminal.out(textTable(versions.map((one) => [`${one.name}@${one.version}`, one.stage, one.value.algorithm, `${formatCount(one.value.rows)} rows`, formatAgo(one.createdAt, Date.now())])));
    return exitCodes.ok;
  });
}
