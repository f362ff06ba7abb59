import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { z } from 'zod';
import type { StoreDatabase } from './database.ts';

/** Who may write to a project. Equal process ids of different boots, containers or process lives are told apart. */
export interface LeaseHolder {
  readonly pid: number;
  readonly host: string;
  /** Kernel's boot id and pid namespace: a pid means the same process only while this is equal. */
  readonly boot: string;
  /** When the process with this pid started, as the system counts it; empty where it cannot be known. */
  readonly started: string;
  readonly token: string;
  readonly renewedAt: number;
}

const holderSchema = z.object({ pid: z.int(), host: z.string(), boot: z.string(), started: z.string(), token: z.string(), renewedAt: z.number() });

export const leaseRenewalMs = 15_000;
/** A holder on another machine that has not renewed for this long is gone. */
const foreignExpiryMs = 60_000;

/**
 * Takes the lease, or says who has it. Atomic: the question and the answer are one SQLite transaction.
 * A lease whose process is gone (crash, reboot) is taken over.
 */
export function takeLease(database: StoreDatabase, now: number): { mine: LeaseHolder } | { heldBy: LeaseHolder } {
  database.script('create table if not exists lease (id integer primary key check (id = 1), holder text not null) strict');
  return database.transaction(() => {
    const held = readLease(database);
    if (held !== null && isAlive(held, now)) return { heldBy: held };
    const mine: LeaseHolder = { pid: process.pid, host: os.hostname(), boot: bootId(), started: startOf(process.pid), token: randomUUID(), renewedAt: now };
    database.run('insert into lease (id, holder) values (1, ?) on conflict (id) do update set holder = excluded.holder', JSON.stringify(mine));
    return { mine };
  });
}

export function readLease(database: StoreDatabase): LeaseHolder | null {
  const present = database.get("select name from sqlite_master where type = 'table' and name = 'lease'");
  const row = present === undefined ? undefined : database.get('select holder from lease where id = 1');
  if (row === undefined) return null;
  try {
    return holderSchema.parse(JSON.parse(z.string().parse(row['holder'])));
  } catch {
    return null;
  }
}

/** False when the lease was taken over meanwhile: this process must stop writing. */
export function renewLease(database: StoreDatabase, mine: LeaseHolder, now: number): boolean {
  return database.transaction(() => {
    if (readLease(database)?.token !== mine.token) return false;
    database.run('update lease set holder = ? where id = 1', JSON.stringify({ ...mine, renewedAt: now }));
    return true;
  });
}

export function releaseLease(database: StoreDatabase, mine: LeaseHolder): void {
  database.transaction(() => {
    if (readLease(database)?.token === mine.token) database.run('delete from lease where id = 1');
  });
}

function isAlive(holder: LeaseHolder, now: number): boolean {
  if (holder.boot === bootId()) {
    if (!processExists(holder.pid)) return false;
    return holder.started === '' || holder.started === startOf(holder.pid);
  }
  // Same machine, other boot: the process cannot have survived. Another machine or container: only its renewals tell.
  if (holder.host === os.hostname() && holder.boot.split(' ')[0] !== bootId().split(' ')[0]) return false;
  return Math.abs(now - holder.renewedAt) < foreignExpiryMs;
}

/** What tells this process from a later one with the same pid: goes into files that say who runs. */
export const processMark = (): string => `${bootId()} ${startOf(process.pid)}`;

/** Whether the process that wrote its mark still runs. */
export const isProcessAlive = (pid: number, mark: string): boolean => processExists(pid) && (mark === 'unknown ' || mark === `${bootId()} ${startOf(pid)}`);

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

let knownBoot: string | undefined;
function bootId(): string {
  knownBoot ??= readBootId();
  return knownBoot;
}

function readBootId(): string {
  try {
    if (process.platform === 'linux') {
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
    }
    if (process.platform === 'darwin') return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim();
  } catch {
    // Hardened systems hide these; the pid and its start time must do.
  }
  return 'unknown';
}

/** Start time of a process: clock ticks since boot on Linux, ps's date on macOS; empty elsewhere. */
function startOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // Field 22; the second field is the command's name in brackets, which may itself hold spaces and brackets.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    }
    if (process.platform === 'darwin') return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    // The process has ended, or may not be looked at.
  }
  return '';
}
