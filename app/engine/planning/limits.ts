import { statfs } from 'node:fs/promises';
import os from 'node:os';
import { PenstockError } from '#app/core/errors.ts';
import { formatBytes } from '#app/core/units.ts';

/** How much memory and disk the engine may use, bytes. */
export interface Limits {
  /** Memory of all queries together; they spill beyond it. The process needs some more: JavaScript, the ONNX runtime, file buffers. */
  readonly memory: number;
  /** Kept results of the project. */
  readonly disk: number;
}

/** What was chosen, by environment or command line (not kept) or in the settings (kept with the project); absent: by the machine. */
export interface ChosenLimits {
  readonly memory?: number | undefined;
  readonly disk?: number | undefined;
}

const gigabyte = 1_000_000_000;
/** Less than this and DuckDB cannot hold a block for each thread of a plain join. */
export const leastMemory = 100_000_000;
/** Less than this would remove results as soon as they are made. */
export const leastDisk = 50_000_000;

/** Memory that this process may have: the machine's, or a container's share of it. */
export function machineMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, os.totalmem()) : os.totalmem();
}

/**
 * Defaults: 60 % of the memory, but 2 GB are left to the system and the rest of the app where the machine has them; 20 GB of disk, or
 * a fifth of what is free (with what is used already) where that is less.
 */
export function defaultLimits(machine: { readonly memory: number; readonly freeDisk: number; readonly usedDisk: number }): Limits {
  const memory = Math.max(leastMemory, Math.min(machine.memory * 0.6, Math.max(machine.memory - 2 * gigabyte, machine.memory * 0.4)));
  const disk = Math.max(leastDisk, Math.min(20 * gigabyte, (machine.freeDisk + machine.usedDisk) * 0.2));
  return { memory: Math.floor(memory), disk: Math.floor(disk) };
}

const units: Readonly<Record<string, number>> = { '': 1, B: 1, K: 1e3, KB: 1e3, M: 1e6, MB: 1e6, G: 1e9, GB: 1e9, T: 1e12, TB: 1e12, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40 };

/** “4GB”, “512 MB”, “1.5 GiB” → bytes. @throws PenstockError `size-syntax`, `size-too-small`. */
export function parseSize(text: string, least: number, what: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(text);
  const unit = match === null ? undefined : units[(match[2] ?? '').toUpperCase()];
  if (match === null || unit === undefined) {
    throw new PenstockError('size-syntax', `“${text}” is not a size for ${what}.`, { remedy: 'Write a number and a unit, as in 4GB or 800MB.' });
  }
  const bytes = Math.floor(Number(match[1]) * unit);
  if (bytes >= least) return bytes;
  throw new PenstockError('size-too-small', `${formatBytes(bytes)} is too little for ${what}.`, { remedy: `Give it at least ${formatBytes(least)}.` });
}

/**
 * Of a limit for the engine, what its database is told: beside the memory that DuckDB counts, it needs some that it does not (buffers of
 * files being read and written, sort runs being merged), about as much again as three quarters of it in a CSV-to-Parquet run of
 * 100 million rows. From 1 GB up a growing part is left to that, a fifth from 2 GB.
 */
export const databaseMemory = (limit: number): number => Math.floor(limit - Math.max(0, Math.min(0.4 * (limit - gigabyte), 0.2 * limit)));

/** As DuckDB reads sizes. */
export function duckDbSize(bytes: number): string {
  return bytes === 0 ? '0B' : `${Math.max(1, Math.floor(bytes / 1e6))}MB`;
}

/** Bytes free on the disk of a folder; 0 where that cannot be told. */
export async function freeDisk(folder: string): Promise<number> {
  return statfs(folder).then(
    (info) => info.bavail * info.bsize,
    () => 0,
  );
}

/** Room for spilled data: what is free but for a reserve, so that results and the system can still be written. */
export function spillRoom(free: number): number {
  return Math.max(100_000_000, free - Math.min(gigabyte, free * 0.1));
}
