import { watch, type FSWatcher } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Trigger } from '#app/core/automation.ts';
import { PenstockError } from '#app/core/errors.ts';
import type { AutomationRecord, AutomationStore } from '#app/store/index.ts';
import type { Clock } from './clock.ts';

type FileSpec = Extract<Trigger, { kind: 'file' }>;

/** Files that one trigger looks through; more are a sentence instead of a full disk of firings. */
const mostFiles = 20_000;

export interface FoundFile {
  readonly path: string;
  readonly mtime: number;
  readonly size: number;
}

export interface FileTriggerParts {
  readonly store: AutomationStore;
  together<T>(work: () => T): T;
  readonly clock: Clock;
  readonly filesDir: string;
  /** Hears that firings were written. */
  fired(): void;
  /** Asks for an early look: something changed in a watched folder. */
  stirred(): void;
  failed(automationId: string, error: unknown): void;
}

/**
 * Files that arrive. Each fires once for its path, time of change and size, when it has stopped growing. Found by looking again and again,
 * which works on every file system; a folder that can be watched is looked at as soon as something happens in it.
 */
export class FileTriggers {
  readonly #parts: FileTriggerParts;
  /** Files that still may grow, by automation and path: as last seen, and since when (monotonic). */
  readonly #settling = new Map<string, Map<string, FoundFile & { readonly since: number }>>();
  readonly #watchers = new Map<string, FSWatcher>();

  constructor(parts: FileTriggerParts) {
    this.#parts = parts;
  }

  /** What lies there when a trigger is made or switched on counts as known. */
  async baseline(record: AutomationRecord): Promise<void> {
    const { trigger } = record.spec;
    if (trigger.kind !== 'file' || trigger.existing) return;
    const { store } = this.#parts;
    const found = await findFiles(trigger.glob, this.#parts.filesDir);
    this.#parts.together(() => {
      for (const file of found) store.noteFile(record.id, file);
    });
  }

  /** One look for one trigger. @returns ms until a file will have settled; null: none is growing. */
  async look(record: AutomationRecord): Promise<number | null> {
    const { trigger } = record.spec;
    if (trigger.kind !== 'file' || !record.enabled) return null;
    const { store, clock, filesDir } = this.#parts;
    let found: FoundFile[];
    try {
      found = await findFiles(trigger.glob, filesDir);
    } catch (error) {
      this.#parts.failed(record.id, error);
      return null;
    }
    // Removed or changed while the disk was read.
    if (store.find(record.id)?.changedAt !== record.changedAt) return null;
    this.#watch(trigger);
    const known = store.files(record.id);
    const before = this.#settling.get(record.id) ?? new Map<string, FoundFile & { readonly since: number }>();
    const growing = new Map<string, FoundFile & { readonly since: number }>();
    let wait: number | null = null;
    let isNew = false;
    for (const file of found) {
      const noted = known.get(file.path);
      if (noted !== undefined && noted.mtime === file.mtime && noted.size === file.size) continue;
      const seen = before.get(file.path);
      const since = seen !== undefined && seen.mtime === file.mtime && seen.size === file.size ? seen.since : clock.monotonic();
      const left = trigger.settleSeconds * 1000 - (clock.monotonic() - since);
      if (left > 0) {
        growing.set(file.path, { ...file, since });
        wait = wait === null ? left : Math.min(wait, left);
        continue;
      }
      this.#parts.together(() => {
        const now = clock.now();
        store.noteFile(record.id, file);
        isNew = store.add({ automationId: record.id, dueKey: `file:${file.path}|${file.mtime}|${file.size}`, dueAt: now, given: { file: file.path, name: path.basename(file.path), size: file.size } }, now) !== null || isNew;
      });
    }
    this.#settling.set(record.id, growing);
    if (isNew) this.#parts.fired();
    return wait;
  }

  forget(automationId: string): void {
    this.#settling.delete(automationId);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Watching is only for being quick: where it fails, looking goes on. */
  #watch(trigger: FileSpec): void {
    const folder = fixedFolder(trigger.glob, this.#parts.filesDir);
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#parts.stirred());
      const leave = (): void => {
        watcher.close();
        this.#watchers.delete(folder);
      };
      watcher.on('error', leave);
      this.#watchers.set(folder, watcher);
    } catch {
      // No such folder yet, or a file system that tells nothing.
    }
  }
}

/** The engine's own folders: what it writes itself is no arrival. */
const own = /^(artifacts|journals|trash|bundles|backups|penstock\.db[^/]*|\.[^/]*)(\/|$)/;

/**
 * Files that match, by path: as in params (relative inside the project, else absolute), with slashes.
 * @throws PenstockError `glob-too-wide`.
 */
export async function findFiles(pattern: string, filesDir: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const absolute = path.isAbsolute(pattern);
  for await (const name of glob(pattern, { cwd: absolute ? path.parse(pattern).root : filesDir })) {
    const whole = path.resolve(absolute ? path.parse(pattern).root : filesDir, name);
    const relative = path.relative(filesDir, whole);
    const isInside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
    if (!absolute && !isInside) continue;
    const shown = (isInside ? relative : whole).replaceAll('\\', '/');
    if (isInside && own.test(shown)) continue;
    const info = await stat(whole).catch(() => null);
    if (info === null || !info.isFile()) continue;
    if (found.length >= mostFiles) throw new PenstockError('glob-too-wide', `“${pattern}” matches more than ${mostFiles} files.`, { remedy: 'Name a folder for arrivals, and move files out of it that are done.' });
    found.push({ path: shown, mtime: info.mtimeMs, size: info.size });
  }
  return found.toSorted((a, b) => a.mtime - b.mtime || (a.path < b.path ? -1 : 1));
}

/** The folder before the first wildcard. */
function fixedFolder(pattern: string, filesDir: string): string {
  const parts = path.resolve(filesDir, pattern).split(/[\\/]/);
  const first = parts.findIndex((part) => /[*?[{]/.test(part));
  return parts.slice(0, first < 0 ? -1 : first).join('/') || '/';
}
