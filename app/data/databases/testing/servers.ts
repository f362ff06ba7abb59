import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Target } from '../types.ts';

/** Real servers for tests, each in a temporary folder on a free port; tests skip by name where a server is not installed. */

const run = promisify(execFile);

export interface TestServer {
  readonly target: Target;
  stop(): Promise<void>;
}

/** The folder of PostgreSQL's server programs, or null. */
function postgresPrograms(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => path.join(root, version, 'bin')), ...(process.env['PATH'] ?? '').split(path.delimiter)];
  return folders.find((folder) => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres'))) ?? null;
}

function installed(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file)) ?? null;
}

export const postgresMissing = process.platform === 'win32' || postgresPrograms() === null ? 'skipped: no PostgreSQL server on this machine' : null;
export const mariadbMissing = process.platform === 'win32' || installed('mariadbd') === null || installed('mariadb-install-db') === null ? 'skipped: no MariaDB server on this machine' : null;

export const opensslMissing = installed('openssl') === null ? 'skipped: no openssl on this machine to make a certificate' : null;

export const testPassword = 'pa5s-wörd’"\\%';

/** Neither server runs as root; with root's rights, programs run as the account that the package made. */
async function asUser(user: string): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const id = async (flag: string): Promise<number> => Number((await run('id', [flag, user])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A folder that the server's account owns. */
function ownFolder(name: string, account: { uid: number; gid: number } | null): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), name));
  if (account !== null) chownSync(folder, account.uid, account.gid);
  return folder;
}

async function untilReady(child: ChildProcess, log: () => string, ready: () => Promise<unknown>): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    try {
      await ready();
      return;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`The test server did not start: ${log()}`, { cause: error });
      await after(50);
    }
  }
}

function start(program: string, args: readonly string[], account: { uid: number; gid: number } | null, cwd: string): { child: ChildProcess; log: () => string } {
  let text = '';
  const child = spawn(program, args, { ...account, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const note = (data: Buffer): void => void (text = (text + data.toString()).slice(-4000));
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
  // A test that ends without stopping its server leaves none behind.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
  return { child, log: () => text };
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }
  await rm(folder, { recursive: true, force: true });
}

/** A PostgreSQL with the database `shop`, its owner `ann` and a password that needs escaping. */
export async function startPostgres(options: { /** With a certificate that nobody vouches for. */ readonly tls?: boolean } = {}): Promise<TestServer> {
  const programs = postgresPrograms();
  if (programs === null) throw new Error('no PostgreSQL');
  const account = await asUser('postgres');
  const folder = ownFolder('penstock-pg-', account);
  const data = path.join(folder, 'data');
  await run(path.join(programs, 'initdb'), ['-D', data, '-U', 'admin', '--auth-local=trust', '--auth-host=scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'], { ...account, cwd: folder });
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=32MB', 'max_connections=20'];
  if (options.tls === true) {
    const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost'], { ...account, cwd: folder });
    settings.push('ssl=on', `ssl_key_file=${key}`, `ssl_cert_file=${certificate}`);
  }
  const { child, log } = start(path.join(programs, 'postgres'), ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])], account, folder);
  const admin = async (database: string, text: string): Promise<unknown> => run(path.join(programs, 'psql'), ['-h', folder, '-p', String(port), '-U', 'admin', '-d', database, '-v', 'ON_ERROR_STOP=1', '-qc', text]);
  await untilReady(child, log, () => admin('postgres', 'select 1'));
  await admin('postgres', `create user ann password '${testPassword.replaceAll("'", "''")}'`);
  await admin('postgres', 'create database shop owner ann');
  const target: Target = { name: 'shop', kind: 'postgres', host: '127.0.0.1', port, database: 'shop', user: 'ann', tls: 'prefer', path: '', password: testPassword };
  return { target, stop: () => stopped(child, 'SIGINT', folder) };
}

/** A MariaDB with the database `shop`, its owner `ann` and a password that needs escaping. */
export async function startMariadb(): Promise<TestServer> {
  const [install, server] = [installed('mariadb-install-db'), installed('mariadbd')];
  if (install === null || server === null) throw new Error('no MariaDB');
  const account = await asUser('mysql');
  const folder = ownFolder('penstock-my-', account);
  const data = path.join(folder, 'data');
  await run(install, ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'], { ...account, cwd: folder });
  const port = await freePort();
  const socket = path.join(folder, 's');
  const options = ['--no-defaults', `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`, '--bind-address=127.0.0.1', `--pid-file=${folder}/pid`, '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=64M', '--skip-name-resolve', '--skip-log-bin'];
  const { child, log } = start(server, options, account, folder);
  const client = installed('mariadb') ?? 'mysql';
  const admin = async (text: string): Promise<unknown> => run(client, ['--no-defaults', '-u', 'root', `--socket=${socket}`, '--default-character-set=utf8mb4', '-e', text]);
  await untilReady(child, log, () => admin('select 1'));
  const quoted = testPassword.replaceAll('\\', '\\\\').replaceAll("'", "''");
  await admin(`create database shop character set utf8mb4; create user ann@'127.0.0.1' identified by '${quoted}'; grant all on shop.* to ann@'127.0.0.1'`);
  const target: Target = { name: 'shop', kind: 'mysql', host: '127.0.0.1', port, database: 'shop', user: 'ann', tls: 'prefer', path: '', password: testPassword };
  return { target, stop: () => stopped(child, 'SIGTERM', folder) };
}
