import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { toDiagnostic } from '#app/core/errors.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { writeFileAtomically } from '../../project/atomic-file.ts';

export interface OutboxOptions {
  /** Events wait here, one file each: `lineage/outbox` in the project. */
  readonly folder: string;
  /** Posts one event. @throws where it was not taken; `refused` on the error: it never will be. */
  readonly post: (body: string, signal: AbortSignal) => Promise<void>;
  readonly warn: (message: string) => void;
  /** Most events that wait; the oldest go first. */
  readonly most?: number;
  /** Wait after the first failure, in ms; doubled up to a hundredfold. */
  readonly pauseMs?: number;
}

/** An answer that says that the event itself is wrong: sending it again changes nothing. */
export class RefusedEvent extends Error {}

/**
 * Events on their way to a server: on the disk until it has taken them, in order, tried again with growing pauses, also in the next session. Whoever adds one never waits for
 * the server.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #controller = new AbortController();
  #count = 0;
  #sending: Promise<void> | null = null;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;
  #warned = false;
  /** Sentence of the last failure; null once an event was taken. */
  lastError: string | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  async add(event: unknown): Promise<void> {
    this.#count += 1;
    // Names sort by time; the count tells those of one millisecond apart.
    const name = `${String(Date.now()).padStart(15, '0')}-${process.pid}-${String(this.#count).padStart(6, '0')}.json`;
    await writeFileAtomically(path.join(this.#options.folder, name), JSON.stringify(event));
    await this.#drop();
    this.wake();
  }

  /** Names of the events that wait, oldest first. */
  async waiting(): Promise<string[]> {
    return (await readdir(this.#options.folder).catch(() => [])).filter((name) => /^\d{15}-.*\.json$/.test(name)).sort();
  }

  /** Sends what waits, unless a pause after a failure is under way. */
  wake(): void {
    if (this.#timer !== null || this.#controller.signal.aborted) return;
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
  }

  /** Waits until nothing waits any more or the time is over, then stops; the rest stays on the disk. */
  async close(graceMs: number): Promise<void> {
    const { signal } = this.#controller;
    if (this.#timer === null && (this.#sending !== null || (await this.waiting()).length > 0)) {
      this.wake();
      const over = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([this.#sending, over]);
    }
    if (!signal.aborted) this.#controller.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#sending?.catch(() => undefined);
  }

  async #drop(): Promise<void> {
    const all = await this.waiting();
    const most = this.#options.most ?? 10_000;
    if (all.length <= most) return;
    for (const name of all.slice(0, all.length - most)) await rm(path.join(this.#options.folder, name), { force: true });
    this.#say(`More than ${most} lineage events wait to be sent; the oldest were dropped.`);
  }

  async #send(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true });
    const { signal } = this.#controller;
    for (let all = await this.waiting(); all.length > 0 && !signal.aborted; all = await this.waiting()) {
      for (const name of all) {
        if (signal.aborted) return;
        const file = path.join(this.#options.folder, name);
        const body = await readProjectText(file).catch(() => null);
        if (body === null) continue;
        try {
          await this.#options.post(body, signal);
        } catch (error) {
          if (signal.aborted) return;
          this.lastError = toDiagnostic(error).message;
          if (!(error instanceof RefusedEvent)) {
            this.#pause();
            this.#say(`Lineage events cannot be sent: ${this.lastError} They wait in the project and are sent later.`);
            return;
          }
          this.#say(`The server refused a lineage event: ${this.lastError}`);
          await rm(file, { force: true });
          continue;
        }
        await rm(file, { force: true });
        this.#failures = 0;
        this.lastError = null;
      }
    }
  }

  #pause(): void {
    this.#failures += 1;
    const base = this.#options.pauseMs ?? 3000;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.wake();
      },
      Math.min(base * 2 ** (this.#failures - 1), base * 100),
    );
    this.#timer.unref();
  }

  /** Once a session: a server that is away for a week must not fill the log. */
  #say(message: string): void {
    if (!this.#warned) this.#options.warn(message);
    this.#warned = true;
  }
}
