import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { serverEnvironment } from './server-process.ts';

/** Loading the runtime and 200 rows takes a second or two; a machine under load gets time. */
const checkDeadlineMs = 120_000;

/**
 * Whether a bundle folder is whole: every file has the hash the manifest says, and the golden rows get their answers from the
 * bundle's own server and runtime.
 * @throws PenstockError `bundle-damaged`, naming the file or the row.
 */
export async function verifyBundle(folder: string, signal?: AbortSignal): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  if (!names.includes('manifest.json') || !names.includes('server.mjs')) {
    throw new PenstockError('bundle-damaged', `There is no whole bundle in ${folder}.`, { remedy: 'Choose the folder that holds manifest.json.', place: { file: folder } });
  }
  await checkBundle(folder, signal);
}

/** `node server.mjs --check` in the folder, in a process of its own. */
export async function checkBundle(folder: string, signal?: AbortSignal): Promise<void> {
  const { code, stderr } = await new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(folder, 'server.mjs'), '--check'], {
      cwd: folder,
      env: serverEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: checkDeadlineMs,
      killSignal: 'SIGKILL',
      ...(signal === undefined ? {} : { signal }),
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-4000);
    });
    child.once('error', reject);
    child.once('close', (exit) => resolve({ code: exit, stderr }));
  });
  if (code === 0) return;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  throw new PenstockError('bundle-damaged', `The bundle did not pass its own check: ${said === '' ? 'its server ended without an answer' : said}`, {
    remedy: 'Write it again; report this if it happens again.',
    place: { file: folder },
  });
}
