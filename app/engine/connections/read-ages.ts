import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { newRecordId } from '#app/core/ids.ts';
import { stableHash } from '#app/core/hash.ts';
import { readProjectTextSync, sealedContent } from '#app/sealing/files.ts';

const fileSchema = z.record(z.string(), z.object({ id: z.string(), at: z.number() }));

const kept = 500;

/**
 * When each source was last to be read anew, and a name for that time: the name is in the cache key of nodes that read the source, so a
 * new one makes them, and all behind them, run again. Kept in the project, so that a restart does not read everything again.
 */
export class ReadAges {
  readonly #file: string;
  readonly #writable: () => boolean;
  readonly #now: () => number;
  #known: z.output<typeof fileSchema> | null = null;

  constructor(projectDir: string, writable: () => boolean, now: () => number = Date.now) {
    this.#file = path.join(projectDir, 'database-reads.json');
    this.#writable = writable;
    this.#now = now;
  }

  /** '' before the first run. */
  revision(source: unknown): string {
    return this.#load()[stableHash(source)]?.id ?? '';
  }

  /** @param maxAge in seconds; 0: always a new one. */
  renew(source: unknown, maxAge: number): void {
    const known = this.#load();
    const key = stableHash(source);
    const last = known[key];
    if (last !== undefined && this.#now() - last.at < maxAge * 1000) return;
    delete known[key];
    known[key] = { id: newRecordId(), at: this.#now() };
    const names = Object.keys(known);
    for (const name of names.slice(0, Math.max(0, names.length - kept))) delete known[name];
    if (!this.#writable()) return;
    try {
      writeFileSync(this.#file, sealedContent(this.#file, JSON.stringify(known)));
    } catch {
      // Without the file a restart reads again, and that is all.
    }
  }

  #load(): z.output<typeof fileSchema> {
    if (this.#known !== null) return this.#known;
    let value: unknown = null;
    try {
      value = JSON.parse(readProjectTextSync(this.#file));
    } catch {
      // Missing or cut short: everything is read again.
    }
    const parsed = fileSchema.safeParse(value);
    this.#known = parsed.success ? parsed.data : {};
    return this.#known;
  }
}
