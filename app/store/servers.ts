import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { processMark, isProcessAlive } from './lease.ts';
import { modelNamePattern } from './models.ts';

/**
 * Model servers of a project are files in its folder `servers/`: `NAME.json` says what is served and how, and may be changed while the
 * server runs; `NAME.state.json` is there while it runs. Files and not rows, because whoever starts or steers a server from the
 * command line need not be the one process that may write the database.
 */

const modelName = z.string().regex(modelNamePattern);
/** `NAME`, `NAME@3`, `NAME@champion`, `NAME@production`. */
const reference = z.string().min(1).max(130);

export const servedModelSchema = z.object({
  /** In addresses: /v2/models/NAME. */
  name: modelName,
  reference,
  /** A part of the requests is answered by another version. */
  canary: z
    .object({
      reference,
      percent: z.number().min(0).max(100),
      /** Input column that decides, so that a customer always gets the same version; null: the request's id. */
      key: z.string().nullable().default(null),
    })
    .nullable()
    .default(null),
  /** Hears of every request and never answers one. */
  shadow: z.object({ reference }).nullable().default(null),
});
export type ServedModelSettings = z.infer<typeof servedModelSchema>;

export const requestLogSettingsSchema = z.object({
  /** Share of requests that are written, 0 to 1. */
  rate: z.number().min(0).max(1).default(1),
  /** Columns that are not written as they are: `drop` – not at all, `hash` – as a keyed hash, equal for equal values. */
  redact: z.array(z.object({ column: z.string(), how: z.enum(['drop', 'hash']) })).default([]),
  keepDays: z.number().min(0.01).max(3650).default(30),
  keepBytes: z.number().int().min(1 << 20).default(1 << 30),
});
export type RequestLogSettings = z.infer<typeof requestLogSettingsSchema>;

export const serverLimitsSchema = z.object({
  /** Largest body, in bytes. */
  maxBody: z.number().int().min(1024).default(16 << 20),
  maxRows: z.number().int().min(1).default(10_000),
  /** Requests of one model that wait or are being answered; more are refused. */
  queue: z.number().int().min(1).default(512),
  /** From the request's first byte to its answer, in ms. */
  timeoutMs: z.number().int().min(10).default(30_000),
  explainRows: z.number().int().min(1).default(20),
  explainMs: z.number().int().min(10).default(2000),
});
export type ServerLimits = z.infer<typeof serverLimitsSchema>;

export const serverSettingsSchema = z.object({
  format: z.literal('penstock-server').default('penstock-server'),
  name: modelName,
  models: z.array(servedModelSchema).min(1),
  log: requestLogSettingsSchema.prefault({}),
  /** What follows counts from the next start. */
  host: z.string().default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(0),
  /** Whether requests need a token also on this machine. */
  needsToken: z.boolean().default(false),
  tokenFile: z.string().nullable().default(null),
  tls: z.object({ cert: z.string(), key: z.string() }).nullable().default(null),
  limits: serverLimitsSchema.prefault({}),
});
export type ServerSettings = z.infer<typeof serverSettingsSchema>;

const stateSchema = z.object({
  pid: z.number().int(),
  mark: z.string(),
  url: z.string(),
  startedAt: z.number(),
  startedBy: z.enum(['app', 'cli']),
  /** Opens everything on this server; the file is readable by its owner only. */
  control: z.string(),
});
export type ServerState = z.infer<typeof stateSchema>;

const folderOf = (projectDir: string): string => path.join(projectDir, 'servers');
const settingsFile = (projectDir: string, name: string): string => path.join(folderOf(projectDir), `${checkedName(name)}.json`);
const stateFile = (projectDir: string, name: string): string => path.join(folderOf(projectDir), `${checkedName(name)}.state.json`);

function checkedName(name: string): string {
  if (modelNamePattern.test(name)) return name;
  throw new PenstockError('server-name', `“${name}” cannot be the name of a server.`, { remedy: 'Use letters, digits, hyphens and underscores, at most 63.' });
}

/** @throws PenstockError `unknown-server`, `server-settings` (the file was damaged by hand). */
export async function readServerSettings(projectDir: string, name: string): Promise<ServerSettings> {
  const file = settingsFile(projectDir, name);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new PenstockError('unknown-server', `There is no server “${name}” in this project.`, { remedy: 'Look at the list of servers.', place: { file } });
  try {
    return serverSettingsSchema.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const what = issue === undefined ? 'it is not JSON' : `${issue.path.join('.')}: ${issue.message}`;
    throw new PenstockError('server-settings', `The settings of the server “${name}” cannot be read: ${what}.`, { remedy: 'Correct the file, or delete it and set the server up again.', place: { file }, cause: error });
  }
}

export async function writeServerSettings(projectDir: string, settings: ServerSettings): Promise<void> {
  await writeWhole(settingsFile(projectDir, settings.name), `${JSON.stringify(serverSettingsSchema.parse(settings), null, 2)}\n`);
}

export async function removeServerSettings(projectDir: string, name: string): Promise<void> {
  await rm(settingsFile(projectDir, name), { force: true });
}

/** Names of all servers that were set up, sorted. */
export async function listServers(projectDir: string): Promise<string[]> {
  const files = await readdir(folderOf(projectDir)).catch((): string[] => []);
  return files.flatMap((file) => (file.endsWith('.json') && !file.endsWith('.state.json') && !file.startsWith('.') ? [file.slice(0, -5)] : [])).filter((name) => modelNamePattern.test(name)).sort();
}

/** What a running server said of itself; null where none runs (also where one was killed and left its file). */
export async function readServerState(projectDir: string, name: string): Promise<ServerState | null> {
  const text = await readFile(stateFile(projectDir, name), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const state = stateSchema.parse(JSON.parse(text));
    return isProcessAlive(state.pid, state.mark) ? state : null;
  } catch {
    return null;
  }
}

/** For the server itself, once it listens. */
export async function writeServerState(projectDir: string, name: string, state: Omit<ServerState, 'pid' | 'mark'>): Promise<void> {
  await writeWhole(stateFile(projectDir, name), `${JSON.stringify({ pid: process.pid, mark: processMark(), ...state })}\n`);
}

/** For the server itself when it ends: takes its own file away, not one of a successor. */
export async function removeServerState(projectDir: string, name: string): Promise<void> {
  const state = await readServerState(projectDir, name);
  if (state === null || state.pid === process.pid) await rm(stateFile(projectDir, name), { force: true });
}

/** Readable by the owner only: paths, and the state's secret. */
async function writeWhole(file: string, text: string): Promise<void> {
  const folder = path.dirname(file);
  if (!existsSync(folder)) await mkdir(folder, { recursive: true });
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}.tmp`);
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}
