import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Resident bytes of a process; null where the system does not tell (Windows), or the process is gone. */
export async function processMemory(pid: number): Promise<number | null> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const found = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    return found === undefined ? null : Number(found) * 1024;
  }
  if (process.platform !== 'darwin') return null;
  return new Promise((resolve) => {
    execFile('/bin/ps', ['-o', 'rss=', '-p', String(pid)], (error, text) => resolve(error === null ? Number(text.trim()) * 1024 : null));
  });
}
