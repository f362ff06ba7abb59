import type { Command } from 'commander';
import { registryCommands } from './registry.ts';
import { servingCommands } from './serving.ts';
import { cardCommands } from './trace.ts';
import type { Terminal } from './terminal.ts';

/** `penstock model …`: what every area adds to the group. */
export function modelCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const model = program.command('model').description('registered models: find, compare, promote, take in and out');
  registryCommands(model, terminal, done);
  cardCommands(model, terminal, done);
  servingCommands(model, terminal, done);
}
