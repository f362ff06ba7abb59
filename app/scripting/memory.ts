import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

/**
 * Bytes of memory that the processes of a group hold; null where the system does not tell (Windows: there the limit of the heap holds
 * for JavaScript, none for Python).
 */
export async function groupMemory(group: number): Promise<number | null> {
  if (process.platform === 'linux') return linuxGroup(group);
  if (process.platform === 'darwin') return psGroup(group);
  return null;
}

async function linuxGroup(group: number): Promise<number> {
  const names = await readdir('/proc').catch(() => []);
  const sizes = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => linuxProcess(name, group)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Resident bytes of one process where it belongs to the group, else 0; processes end while they are looked at. */
async function linuxProcess(pid: string, group: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The command's name is in parentheses and may hold anything; the group is the third field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (Number(fields[2]) !== group) return 0;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

function psGroup(group: number): Promise<number | null> {
  return new Promise((resolve) => {
    execFile('/bin/ps', ['-o', 'rss=', '-g', String(group)], (error, text) => {
      resolve(error === null ? text.split('\n').reduce((sum, line) => sum + Number(line.trim() || 0), 0) * 1024 : null);
    });
  });
}
