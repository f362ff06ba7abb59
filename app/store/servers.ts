import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { issuePhrase } from '#app/core/issue-phrase.ts';
import { serverSettingsSchema, type ServerSettings } from '#app/core/serving.ts';
import { readProjectText, readProjectTextSync, sealedContent } from '#app/sealing/files.ts';
import { processMark, isProcessAlive } from './lease.ts';
import { modelNamePattern } from './models.ts';

/**
 * Model servers of a project are files in its folder `servers/`: `NAME.json` says what is served and how, and may be changed while the
 * server runs; `NAME.state.json` is there while it runs. Files and not rows, because whoever starts or steers a server from the
 * command line need not be the one process that may write the database.
 */

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
  const text = await readProjectText(file).catch(() => null);
  if (text === null) throw new PenstockError('unknown-server', `There is no server “${name}” in this project.`, { remedy: 'Look at the list of servers.', place: { file } });
  try {
    return serverSettingsSchema.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const what = issue === undefined ? 'it is not JSON' : `${issue.path.join('.')}: ${issuePhrase(issue, 'it')}`;
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
  return namesAmong(await readdir(folderOf(projectDir)).catch((): string[] => []));
}

const namesAmong = (files: readonly string[]): string[] => files.flatMap((file) => (file.endsWith('.json') && !file.endsWith('.state.json') && !file.startsWith('.') ? [file.slice(0, -5)] : [])).filter((name) => modelNamePattern.test(name)).sort();

/** Settings of all servers that were set up, by name; damaged ones are left out. */
export function readAllServerSettings(projectDir: string): ServerSettings[] {
  const folder = folderOf(projectDir);
  if (!existsSync(folder)) return [];
  return namesAmong(readdirSync(folder)).flatMap((name) => {
    try {
      return [serverSettingsSchema.parse(JSON.parse(readProjectTextSync(settingsFile(projectDir, name))))];
    } catch {
      return [];
    }
  });
}

/** What a running server said of itself; null where none runs (also where one was killed and left its file). */
export async function readServerState(projectDir: string, name: string): Promise<ServerState | null> {
  const text = await readProjectText(stateFile(projectDir, name)).catch(() => null);
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
    await handle.writeFile(sealedContent(file, text));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}
