import { spawnSync } from 'node:child_process';

/**
 * Real small disks for a child process: a tmpfs of a few megabytes over a folder, mounted in a namespace that only the child lives in
 * (`unshare -rm`), so that no rights are needed and nothing is left mounted. From here its files are seen under /proc/PID/root.
 */

/** Why this machine has no small disks, or null. */
export const noSmallDisk: string | null = (() => {
  if (process.platform !== 'linux') return 'needs Linux';
  const tried = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt'], { encoding: 'utf8' });
  return tried.status === 0 ? null : `needs user and mount namespaces: ${tried.error?.message ?? tried.stderr.trim()}`;
})();

/** The command that runs a program with these folders as disks of so many kilobytes each. */
export function onSmallDisks(disks: Readonly<Record<string, number>>, program: readonly string[]): { readonly file: string; readonly args: readonly string[] } {
  const mounts = Object.entries(disks).map(([folder, kilobytes]) => `mount -t tmpfs -o size=${kilobytes}k tmpfs '${folder}'`);
  return { file: 'unshare', args: ['-rm', 'sh', '-c', `${mounts.join(' && ')} && exec "$@"`, 'sh', ...program] };
}

/** A path of the child's as this process sees it. */
export const seenFrom = (pid: number, file: string): string => `/proc/${pid}/root${file}`;
