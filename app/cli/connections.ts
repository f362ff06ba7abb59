import { existsSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { ConnectionStore, Connections, findProject, forgetConnection, isTrustedFolder, restrictedError, saveConnection, secretsOf, userConfigDir, type Engine } from '#app/engine/index.ts';
import { connectionName, connectionSchema, databaseKinds, databaseTitles, isFileDatabase, tlsModes, type Connection } from '#app/sdk/databases.ts';
import { ensureUnlocked } from '#app/sealing/unlock.ts';
import { withOpenProject } from './open-project.ts';
import { exitCodes, failureText, printJson, textTable, type Terminal } from './terminal.ts';

interface Place {
  readonly project?: string;
}

export interface AddOptions extends Place {
  readonly kind?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  readonly tls?: string;
  readonly path?: string;
  readonly password?: boolean;
}

/** Where a password is typed; in tests a text. */
export interface PasswordInput {
  readonly isTty: boolean;
  /** One line, without showing it where it is typed. */
  read(question: string): Promise<string>;
}

/** `penstock connection add`: keeps the connection in the project and its password with the user. The password never is an argument: those are seen by every process. */
export async function addConnection(name: string, options: AddOptions, terminal: Terminal, input: PasswordInput = standardInput): Promise<number> {
  const connection = parsed(name, options);
  const connections = await connectionsOf(options);
  const wanted = !isFileDatabase(connection.kind) && options.password !== false;
  const password = wanted ? await input.read(`Password of ${connection.user === '' ? 'the user' : connection.user} (empty: none): `) : null;
  const given = password === '' ? null : password;
  await inProject(options, (engine) => saveConnection(engine, connection, given, null), () => connections.save(connection, given, null));
  terminal.out(`Added the connection “${name}”.\n`);
  return testOne(connections, connection, terminal);
}

/** `penstock connection list` */
export async function listConnections(options: Place & { readonly json?: boolean }, terminal: Terminal): Promise<number> {
  const all = await (await connectionsOf(options)).list();
  if (options.json === true) printJson(terminal, all.map(({ connection, secret, variable }) => ({ ...connection, secret, variable })));
  else if (all.length === 0) terminal.out('No connections yet. “penstock connection add” adds one.\n');
  else {
    const secrets = { environment: 'password from the environment', file: 'password stored', none: 'no password' };
    terminal.out(textTable(all.map(({ connection, secret }) => [connection.name, databaseTitles[connection.kind], isFileDatabase(connection.kind) ? connection.path : `${connection.user}@${connection.host || 'localhost'}/${connection.database}`, isFileDatabase(connection.kind) ? '' : secrets[secret]])));
  }
  return exitCodes.ok;
}

/** `penstock connection test` */
export async function testConnection(name: string, options: Place, terminal: Terminal): Promise<number> {
  const connections = await connectionsOf(options);
  return testOne(connections, await connections.get(name), terminal);
}

/** `penstock connection remove`: with its stored password. */
export async function removeConnection(name: string, options: Place, terminal: Terminal): Promise<number> {
  await inProject(options, (engine) => forgetConnection(engine, name), async () => (await connectionsOf(options)).remove(name));
  terminal.out(`Removed the connection “${name}” and its stored password.\n`);
  return exitCodes.ok;
}

async function testOne(connections: Connections, connection: Connection, terminal: Terminal): Promise<number> {
  const result = await connections.test(connection, null);
  if (result.ok) terminal.out(`It works: ${result.version}, ${Math.round(result.ms)} ms.\n`);
  else terminal.error(`${failureText(result.diagnostic)}\n`);
  return result.ok ? exitCodes.ok : exitCodes.failed;
}

/** Changes go to the audit log of the project, which is opened for them. A folder that is no project yet has none. @throws PenstockError `read-only` where a window has it open. */
async function inProject({ project }: Place, work: (engine: Engine) => Promise<void>, elsewhere: () => Promise<void>): Promise<void> {
  const { projectDir } = project === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(project) };
  await (existsSync(path.join(projectDir, 'penstock.db')) ? withOpenProject(project, 'write', work) : elsewhere());
}

/** The project's connections without opening the project: to look at them while a window has it open. */
async function connectionsOf({ project }: Place): Promise<Connections> {
  const { projectDir, filesDir } = project === undefined ? findProject(process.cwd()) : { projectDir: path.resolve(project), filesDir: path.resolve(project) };
  await ensureUnlocked(projectDir);
  return new Connections(new ConnectionStore(filesDir), secretsOf(projectDir), (given) => path.resolve(filesDir, given), () => {
    if (!isTrustedFolder(projectDir, userConfigDir())) throw restrictedError('Databases of this project are not contacted');
  });
}

function parsed(name: string, options: AddOptions): Connection {
  if (!connectionName.safeParse(name).success) throw usage(`“${name}” cannot be a name: it may hold only letters, digits, hyphens and underscores, and begins with a letter.`);
  const kind = z.enum(databaseKinds).safeParse(options.kind);
  if (!kind.success) throw usage(`The kind of a connection is one of ${databaseKinds.join(', ')}.`);
  if (options.tls !== undefined && !z.enum(tlsModes).safeParse(options.tls).success) throw usage(`The encryption is one of ${tlsModes.join(', ')}.`);
  if (isFileDatabase(kind.data) && (options.path ?? '') === '') throw usage(`A ${databaseTitles[kind.data]} needs its --path.`);
  if (!isFileDatabase(kind.data) && (options.user ?? '') === '') throw usage('A server needs a --user.');
  const { host, port, database, user, tls, path: file } = options;
  return connectionSchema.parse({ name, kind: kind.data, host, port, database, user, tls, path: file });
}

const usage = (message: string): PenstockError => new PenstockError('param-invalid', message, { remedy: '“penstock connection add --help” shows an example.' });

export const standardInput: PasswordInput = {
  isTty: process.stdin.isTTY === true,
  async read(question) {
    if (process.stdin.isTTY !== true) {
      let text = '';
      for await (const chunk of process.stdin) text += String(chunk);
      return text.replace(/\r?\n$/, '');
    }
    const lines = readline.createInterface({ input: process.stdin, output: process.stderr, terminal: true });
    // What is typed is not shown; the question is.
    Reflect.set(lines, '_writeToOutput', (text: string) => void (text.includes(question) && process.stderr.write(question)));
    try {
      return await new Promise<string>((resolve, reject) => {
        lines.once('SIGINT', () => reject(new PenstockError('cancelled', 'Cancelled.')));
        lines.question(question, resolve);
      });
    } finally {
      lines.close();
      process.stderr.write('\n');
    }
  },
};
