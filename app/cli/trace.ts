import type { Command } from 'commander';
import { auditCommands } from './audit.ts';
import type { Terminal } from './terminal.ts';

type Done = (work: Promise<number>) => Promise<void>;

/** `penstock audit …` and what else tells where things come from. */
export function traceCommands(program: Command, terminal: Terminal, done: Done): void {
  auditCommands(program, terminal, done);
}
