import { mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { anyVaultIsOpen } from './vault.ts';

/**
 * Working files (spilled queries, CSV files brought to UTF-8, profiles) are plain for whoever may read them, so in an encrypted project they
 * lie in memory: `PENSTOCK_RAM_DIR`, else /dev/shm where it is a file system in memory (Linux). Null where the system has none.
 */
export function memoryFolder(): string | null {
  const given = process.env['PENSTOCK_RAM_DIR'];
  if (given !== undefined && path.isAbsolute(given)) {
    mkdirSync(given, { recursive: true, mode: 0o700 });
    return given;
  }
  if (process.platform !== 'linux') return null;
  try {
    // TMPFS_MAGIC and RAMFS_MAGIC of statfs(2).
    return [0x01021994, 0x858458f6].includes(statfsSync('/dev/shm').type) ? '/dev/shm' : null;
  } catch {
    return null;
  }
}

/** Where temporary folders are made: in memory as soon as an encrypted project is open in this process. */
export function temporaryRoot(): string {
  return (anyVaultIsOpen() ? memoryFolder() : null) ?? os.tmpdir();
}

/** Folders in memory name their process, so that what a killed one left can be told. */
export const memoryPrefix = (): string => path.join(temporaryRoot(), `penstock-mem-${process.pid}-`);

/** Removes what killed processes of this user left in memory. `isAlive`: whether a process runs. */
export function sweepMemory(isAlive: (pid: number) => boolean): void {
  const folder = memoryFolder();
  if (folder === null) return;
  for (const name of readdirSync(folder)) {
    const pid = Number(/^penstock-mem-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isInteger(pid) || pid === process.pid || isAlive(pid)) continue;
    const at = path.join(folder, name);
    try {
      if (statSync(at).uid === process.getuid?.()) rmSync(at, { recursive: true, force: true });
    } catch {
      // Somebody else was quicker.
    }
  }
}
