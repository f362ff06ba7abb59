import { InvalidArgumentError, type Command } from 'commander';
import os from 'node:os';
import { Access } from '#app/access/access.ts';
import type { Account } from '#app/access/accounts.ts';
import { apiScopes, roles, type ApiScope, type Role } from '#app/access/roles.ts';
import { PenstockError } from '#app/core/errors.ts';
import type { Engine } from '#app/engine/index.ts';
import { standardInput, type PasswordInput } from './connections.ts';
import { withOpenProject } from './open-project.ts';
import { accountsAt } from './serve-team.ts';
import { exitCodes, printJson, textTable, type Terminal } from './terminal.ts';

interface Place {
  readonly project?: string;
  readonly accounts?: string;
}

const actor = (): string => {
  try {
    return `user:${os.userInfo().username}`;
  } catch {
    return 'user:unknown';
  }
};

/** Says in the project's audit log what was done to an account, by the system's user who did it. */
type Note = (action: string, account: Account, details?: Readonly<Record<string, unknown>>) => void;

/** To `write` is to leave what was done in the project's audit log; to look at accounts needs no more than to read. */
async function withAccess<T>(place: Place, mode: 'read' | 'write', work: (access: Access, note: Note) => Promise<T> | T): Promise<T> {
  const inProject = async (engine: Engine): Promise<T> => {
    const access = Access.open(accountsAt(place.accounts), { project: engine.projectId() });
    try {
      return await work(access, (action, account, details = {}) => engine.audit({ actor: actor(), action: `access.${action}`, subject: `account:${account.name}`, details }));
    } finally {
      access.close();
    }
  };
  try {
    return await withOpenProject(place.project, mode, inProject);
  } catch (error) {
    // A server has the project: what is done beside it is left for it to take into the log.
    if (error instanceof PenstockError && error.code === 'project-locked') return withOpenProject(place.project, 'read', inProject);
    throw error;
  }
}

function named(access: Access, name: string): Account {
  const account = access.accounts.byName(name);
  if (account !== null) return account;
  throw new PenstockError('unknown-account', `There is no account “${name}”.`, { remedy: '“penstock user list” shows them.' });
}

function printLink(access: Access, account: Account, terminal: Terminal): void {
  terminal.out(`/invite?code=${access.invitations.create(account.id, actor()).secret}\n`);
  terminal.error('Put the server’s address before it and hand it over in private: it is good once, for 24 hours.\n');
}

/** `penstock user add`. The password never is an argument: those are seen by every process. */
export function addUser(name: string, options: Place & { readonly role?: Role; readonly admin?: boolean; readonly invite?: boolean }, terminal: Terminal, input: PasswordInput = standardInput): Promise<number> {
  return withAccess(options, 'write', async (access, note) => {
    const password = options.invite === true ? undefined : await input.read(`Password of ${name}: `);
    const account = await access.accounts.create({ name, admin: options.admin === true, createdBy: actor(), ...(password === undefined ? {} : { password }) });
    if (options.role !== undefined) access.accounts.setRole(account.id, access.project, options.role);
    note(password === undefined ? 'invited' : 'added', account, { role: options.role ?? null, admin: options.admin === true });
    terminal.error(`Added “${account.name}”.${options.role === undefined && options.admin !== true ? ' Without a role they see nothing yet: penstock user role.' : ''}\n`);
    if (password === undefined) printLink(access, account, terminal);
    return exitCodes.ok;
  });
}

export function listUsers(options: Place & { readonly json?: boolean }, terminal: Terminal): Promise<number> {
  return withAccess(options, 'read', ({ accounts, project }) => {
    const all = accounts.list().map((account) => ({ ...account, role: accounts.grant(account.id, project) }));
    if (options.json === true) printJson(terminal, all);
    else if (all.length === 0) terminal.out('No accounts yet. “penstock user add” adds one.\n');
    else terminal.out(textTable(all.map((one) => [one.name, one.admin ? 'admin of the server' : (one.role ?? 'no role here'), one.disabledAt === null ? (one.lastSignIn === null ? 'never signed in' : `last signed in ${new Date(one.lastSignIn).toISOString()}`) : 'disabled'])));
    return exitCodes.ok;
  });
}

export function disableUser(name: string, options: Place & { readonly enable?: boolean }, terminal: Terminal): Promise<number> {
  return withAccess(options, 'write', (access, note) => {
    const account = named(access, name);
    access.accounts.setDisabled(account.id, options.enable !== true);
    note(options.enable === true ? 'enabled' : 'disabled', account);
    if (options.enable !== true) access.endSessions(account.id);
    terminal.error(options.enable === true ? `“${account.name}” may sign in again.\n` : `“${account.name}” is disabled; their sessions have ended.\n`);
    return exitCodes.ok;
  });
}

export function setUserRole(name: string, role: Role | 'none', options: Place & { readonly admin?: boolean }, terminal: Terminal): Promise<number> {
  return withAccess(options, 'write', (access, note) => {
    const account = named(access, name);
    const from = access.accounts.grant(account.id, access.project);
    const to = role === 'none' ? null : role;
    access.accounts.setRole(account.id, access.project, to);
    note('role', account, { from, to });
    if (options.admin !== undefined) {
      access.accounts.setAdmin(account.id, options.admin);
      note('admin', account, { admin: options.admin });
    }
    terminal.error(role === 'none' ? `“${account.name}” has no role in this project any more.\n` : `“${account.name}” is ${role} in this project.\n`);
    return exitCodes.ok;
  });
}

export function resetUser(name: string, options: Place, terminal: Terminal): Promise<number> {
  return withAccess(options, 'write', (access, note) => {
    const account = named(access, name);
    access.resetAccount(account.id);
    note('reset', account);
    printLink(access, account, terminal);
    return exitCodes.ok;
  });
}

export function makeUserToken(name: string, options: Place & { readonly scope: ApiScope[]; readonly for: string; readonly days: number }, terminal: Terminal): Promise<number> {
  return withAccess(options, 'write', (access, note) => {
    const account = named(access, name);
    const { secret, token } = access.tokens.create({ account: account.id, name: options.for, scopes: options.scope, expiresAt: Date.now() + options.days * 86_400_000 });
    note('token-made', account, { token: token.id, scopes: token.scopes, expiresAt: token.expiresAt });
    terminal.out(`${secret}\n`);
    terminal.error(`It is shown this once, and ends ${new Date(token.expiresAt).toISOString()}.\n`);
    return exitCodes.ok;
  });
}

function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((one) => one === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It is one of ${allowed.join(', ')}.`);
  };
}

function scopes(text: string, before: ApiScope[] | undefined): ApiScope[] {
  return [...(before ?? []), oneOf(apiScopes)(text)];
}

function days(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 366) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 366.');
}

/** `penstock user …` */
export function userCommands(program: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  const user = program.command('user').description('accounts of a server for a team (“penstock serve --host …”)');
  const command = (usage: string, description: string): Command =>
    user.command(usage).description(description).option('--project <folder>', 'project folder that roles are for (default: the nearest)').option('--accounts <file>', 'file of accounts (default: access.db in your own configuration folder)');
  command('add <name>', 'add an account; its password is asked for, or read from standard input')
    .option('--role <role>', `in this project: ${roles.join(', ')}`, oneOf(roles))
    .option('--admin', 'admin of the server: of all of its projects, and of accounts')
    .option('--invite', 'print a one-time link by which they choose the password themselves')
    .action((name: string, options: Parameters<typeof addUser>[1]) => done(addUser(name, options, terminal)));
  command('list', 'list accounts and their roles').option('--json', 'print JSON').action((options: Place & { json?: boolean }) => done(listUsers(options, terminal)));
  command('disable <name>', 'end an account’s sessions and let it sign in no more').option('--enable', 'let it sign in again').action((name: string, options: Place & { enable?: boolean }) => done(disableUser(name, options, terminal)));
  command('role <name> <role>', `role in this project: ${roles.join(', ')}, or none`)
    .option('--admin', 'also make it an admin of the server')
    .option('--no-admin', 'no longer an admin of the server')
    .action((name: string, role: string, options: Place & { admin?: boolean }) => done((async () => setUserRole(name, oneOf([...roles, 'none'] as const)(role), options, terminal))()));
  command('reset <name>', 'take password, sessions and tokens away and print a one-time link for a new password').action((name: string, options: Place) => done(resetUser(name, options, terminal)));
  command('token <name>', 'make a token for a program that works in somebody’s name')
    .requiredOption('--for <what>', 'what will use it')
    .requiredOption('--scope <scope>', `${apiScopes.join(', ')}; may be repeated`, scopes)
    .option('--days <number>', 'until it ends', days, 90)
    .action((name: string, options: Parameters<typeof makeUserToken>[1]) => done(makeUserToken(name, options, terminal)));
}
