import { InvalidArgumentError, type Command } from 'commander';
import { addConnection, listConnections, removeConnection, testConnection, type AddOptions } from './connections.ts';
import type { Terminal } from './terminal.ts';

const projectHelp = 'project folder (default: the nearest)';

/** `penstock connection …` */
export function connectionCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const connection = program.command('connection').description('databases that the project’s pipelines read and write');
  connection
    .command('add <name>')
    .description('add or change a connection and try it; the password is asked for, or read from standard input')
    .requiredOption('--kind <kind>', 'postgres, mysql (also MariaDB), sqlite or duckdb')
    .option('--host <host>', 'server; localhost unless given')
    .option('--port <number>', 'the usual one unless given', port)
    .option('--database <name>')
    .option('--user <name>')
    .option('--tls <mode>', 'off, prefer (default), require, or verify (checks the certificate)')
    .option('--path <file>', 'of a SQLite or DuckDB file')
    .option('--no-password', 'ask for none: there is none, or PENSTOCK_SECRET_<NAME> holds it')
    .option('--project <folder>', projectHelp)
    .addHelpText('after', '\nExample: penstock connection add shop --kind postgres --host db.example --database shop --user ann < password.txt')
    .action((name: string, options: AddOptions) => done(addConnection(name, options, terminal)));
  connection
    .command('list')
    .description('list the connections, without passwords')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .action((options: { project?: string; json?: boolean }) => done(listConnections(options, terminal)));
  connection
    .command('test <name>')
    .description('connect and say what answers, or why nothing does')
    .option('--project <folder>', projectHelp)
    .action((name: string, options: { project?: string }) => done(testConnection(name, options, terminal)));
  connection
    .command('remove <name>')
    .description('remove a connection and its stored password')
    .option('--project <folder>', projectHelp)
    .action((name: string, options: { project?: string }) => done(removeConnection(name, options, terminal)));
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}
