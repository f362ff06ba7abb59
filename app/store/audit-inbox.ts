import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { openContent, sealedContent } from '#app/sealing/files.ts';
import { sealedKind } from '#app/sealing/stream.ts';
import { vaultOf, vaultOfProject } from '#app/sealing/vault.ts';
import type { AuditEvent, AuditStore } from './audit.ts';

/**
 * What was done by processes that may not write to the project (`penstock model traffic` while a window has it open): one file each in
 * `audit-inbox/`, which whoever holds the lease takes into the audit log. Whoever can write here can write to the database, too.
 */

const folderOf = (projectDir: string): string => path.join(projectDir, 'audit-inbox');
/** An account of one deed; more is none. */
const mostBytes = 64 * 1024;
/** Taken in at once: a folder that somebody filled must not hold the process up. */
const mostAtOnce = 500;

const leftSchema = z.strictObject({
  id: z.uuid(),
  at: z.number(),
  actor: z.string().min(1).max(200),
  action: z.string().regex(/^[a-z][a-z-]*(\.[a-z-]+)+$/).max(100),
  subject: z.string().min(1).max(500),
  details: z.record(z.string(), z.unknown()),
});

/** Leaves an event for the process that writes. Whole or not at all. @throws of the file system; PenstockError `project-encrypted` where it would lie there plain. */
export function leaveAudit(projectDir: string, event: AuditEvent, at = Date.now()): void {
  vaultOfProject(projectDir);
  const folder = folderOf(projectDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const id = randomUUID();
  const file = path.join(folder, `${String(at).padStart(14, '0')}-${id}.json`);
  const temporary = path.join(folder, `.${id}.tmp`);
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(handle, sealedContent(file, JSON.stringify({ id, at, actor: event.actor, action: event.action, subject: event.subject, details: event.details ?? {} })));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}

export interface TakenAudits {
  readonly taken: number;
  /** Names of files that are no events; they are put aside under another ending. */
  readonly refused: readonly string[];
}

/**
 * Takes what others left into the log, oldest first. The row's time is that of now, for rows stand in the order of their times; `left` in its
 * details says when it was done, and marks a row that this process only heard of.
 */
export function takeAudits(projectDir: string, audit: Pick<AuditStore, 'append' | 'list'>): TakenAudits {
  const folder = folderOf(projectDir);
  const refused: string[] = [];
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort().slice(0, mostAtOnce);
  } catch {
    return { taken: 0, refused };
  }
  if (names.length === 0) return { taken: 0, refused };
  // A kill between a row and the end of its file must not make two rows of one deed.
  const known = new Set(audit.list({ limit: 2 * mostAtOnce }).flatMap(({ details }) => (isLeft(details['left']) ? [details['left'].id] : [])));
  let taken = 0;
  for (const name of names) {
    const file = path.join(folder, name);
    const left = read(file);
    if (left === null) {
      refused.push(name);
      renameSync(file, `${file}.refused`);
      continue;
    }
    const { id, at, details, ...event } = left;
    if (!known.has(id)) {
      audit.append({ ...event, details: { ...details, left: { id, at } } });
      taken += 1;
    }
    rmSync(file, { force: true });
  }
  return { taken, refused };
}

const isLeft = (value: unknown): value is { readonly id: string } => typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string';

function read(file: string): z.output<typeof leftSchema> | null {
  try {
    const info = lstatSync(file);
    if (!info.isFile() || info.size > mostBytes) return null;
    const stored = readFileSync(file);
    // Who leaves something in an encrypted project has its key; a plain file is by somebody who only may write to the folder.
    if (vaultOf(file) !== null && sealedKind(stored) === null) return null;
    const parsed = leftSchema.safeParse(JSON.parse(Buffer.from(openContent(file, stored)).toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
