import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Column, Schema } from '#app/relation/types.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { openContent, readProjectText, sealedContent } from '#app/sealing/files.ts';
import { isProcessAlive } from './lease.ts';
import { modelNamePattern } from './models.ts';

/**
 * The request log of a model: `requests/MODEL/`, segments of JSON lines that become Parquet once they are closed, and `columns.json`, which
 * says what columns they have. A segment is `….open.ndjson` while a server writes it, then `….ndjson`, then `….parquet`.
 */

const columnType = z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']);
const columnsSchema = z.object({ inputs: z.array(z.object({ name: z.string(), type: columnType })), prediction: z.enum(['string', 'float']), classes: z.array(z.string()) });
export type LogColumns = z.infer<typeof columnsSchema>;

const leading: Schema = [
  { name: 'request_id', type: 'string' },
  { name: 'time', type: 'timestamp' },
  { name: 'model', type: 'string' },
  { name: 'version', type: 'integer' },
  { name: 'variant', type: 'string' },
  { name: 'latency_ms', type: 'float' },
  { name: 'status', type: 'integer' },
];
const taken = new Set([...leading.map(({ name }) => name), 'prediction']);

/** Name of an input's column in the log: its own, unless the log has a column of that name. */
export const loggedInput = (name: string): string => (taken.has(name) || name.startsWith('probability_') ? `input_${name}` : name);
export const loggedProbability = (cls: string): string => `probability_${cls}`;

/** All columns of a log, in order. */
export function logSchema({ inputs, prediction, classes }: LogColumns): Schema {
  return [...leading, ...inputs.map(({ name, type }) => ({ name: loggedInput(name), type })), { name: 'prediction', type: prediction }, ...classes.map((cls): Column => ({ name: loggedProbability(cls), type: 'float' }))];
}

export const requestFolder = (projectDir: string, model: string): string => path.join(projectDir, 'requests', model);

/** Columns of a log by its folder; null where nothing was ever logged. */
export async function readLogColumns(folder: string): Promise<LogColumns | null> {
  const text = await readProjectText(path.join(folder, 'columns.json')).catch(() => null);
  if (text === null) return null;
  try {
    return columnsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Adds what a version has to what the log has: a column stays once it was there. `hashed` columns are text, `dropped` ones are left out. */
export async function addLogColumns(folder: string, { inputs, task, classes = [] }: ModelSignature, redacted: ReadonlyMap<string, 'drop' | 'hash'>): Promise<LogColumns> {
  await mkdir(folder, { recursive: true });
  const before = (await readLogColumns(folder)) ?? { inputs: [], prediction: task === 'classification' ? ('string' as const) : ('float' as const), classes: [] };
  const known = new Map(before.inputs.map(({ name, type }) => [name, type]));
  for (const { name, type } of inputs) {
    const how = redacted.get(name);
    if (how === 'drop') continue;
    const own = how === 'hash' ? 'string' : type;
    const other = known.get(name) ?? own;
    known.set(name, own === other ? own : isNumber(own) && isNumber(other) ? 'float' : 'string');
  }
  const now: LogColumns = {
    inputs: [...known].map(([name, type]) => ({ name, type })),
    prediction: before.prediction === 'float' && task === 'regression' ? 'float' : 'string',
    classes: [...new Set([...before.classes, ...classes])],
  };
  if (JSON.stringify(now) !== JSON.stringify(before) || before.inputs.length === 0) {
    const temporary = path.join(folder, `.columns.${process.pid}.tmp`);
    await writeFile(temporary, sealedContent(temporary, JSON.stringify(now)));
    await rename(temporary, path.join(folder, 'columns.json'));
  }
  return now;
}

const isNumber = (type: Column['type']): boolean => type === 'integer' || type === 'float';

export interface LogSegment {
  readonly file: string;
  readonly format: 'ndjson' | 'parquet';
  readonly isOpen: boolean;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Segments in the order they were begun; one that is there as Parquet already is not there as lines. */
export async function listSegments(folder: string): Promise<LogSegment[]> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => /^[^.].*\.(ndjson|parquet)$/.test(name)).sort();
  const written = new Set(names.filter((name) => name.endsWith('.parquet')).map(stem));
  const found = await Promise.all(
    names.map(async (name): Promise<LogSegment | null> => {
      if (name.endsWith('.ndjson') && written.has(stem(name))) return null;
      const file = path.join(folder, name);
      const info = await stat(file).catch(() => null);
      return info === null ? null : { file, format: name.endsWith('.parquet') ? 'parquet' : 'ndjson', isOpen: name.endsWith('.open.ndjson'), bytes: info.size, mtimeMs: info.mtimeMs };
    }),
  );
  return found.filter((segment) => segment !== null);
}

const stem = (name: string): string => name.replace(/(\.open)?\.(ndjson|parquet)$/, '');

/** Name of a new segment: sorts by time; the process that writes it can be told from it. */
export function segmentName(now: number, count: number, mark: string): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]/g, '').replace('.', '');
  return `${time}-${process.pid}-${createHmac('sha1', 'segment').update(mark).digest('hex').slice(0, 8)}-${count}.open.ndjson`;
}

/** Closes segments that a killed server left open. */
export async function closeLeftovers(folder: string, mark: string): Promise<void> {
  const own = createHmac('sha1', 'segment').update(mark).digest('hex').slice(0, 8);
  for (const { file, isOpen } of await listSegments(folder)) {
    const [, pid, by] = /-(\d+)-([0-9a-f]{8})-\d+\.open\.ndjson$/.exec(file) ?? [];
    if (!isOpen || pid === undefined || by === own || isProcessAlive(Number(pid), 'unknown ')) continue;
    await rename(file, file.replace(/\.open\.ndjson$/, '.ndjson')).catch(() => undefined);
  }
}

/** Removes what is older than `keepDays`, then the oldest until all take at most `keepBytes`. @returns how many were removed. */
export async function pruneSegments(folder: string, { keepDays, keepBytes }: { readonly keepDays: number; readonly keepBytes: number }, now = Date.now()): Promise<number> {
  const closed = (await listSegments(folder)).filter(({ isOpen }) => !isOpen);
  let bytes = closed.reduce((sum, segment) => sum + segment.bytes, 0);
  let removed = 0;
  for (const segment of closed) {
    if (now - segment.mtimeMs <= keepDays * 86_400_000 && bytes <= keepBytes) continue;
    await rm(segment.file, { force: true });
    bytes -= segment.bytes;
    removed += 1;
  }
  return removed;
}

/** Models that have a log, sorted. */
export async function loggedModels(projectDir: string): Promise<string[]> {
  const names = await readdir(path.join(projectDir, 'requests')).catch((): string[] => []);
  return names.filter((name) => modelNamePattern.test(name)).sort();
}

/**
 * Stands for values of a column in the log: equal for equal values, and of no use to anybody who lacks the project's key, which is made
 * when first needed and readable by its owner only.
 */
export async function openRedactor(projectDir: string): Promise<(value: unknown) => string> {
  const file = path.join(projectDir, 'requests', '.key');
  if (!existsSync(file)) {
    await mkdir(path.dirname(file), { recursive: true });
    // Another server may be first.
    await writeFile(file, sealedContent(file, randomBytes(32)), { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => (error.code === 'EEXIST' ? undefined : Promise.reject(error)));
  }
  const key = openContent(file, readFileSync(file));
  return (value) => createHmac('sha256', key).update(JSON.stringify(value)).digest('hex').slice(0, 20);
}
