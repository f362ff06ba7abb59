import { spawn } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RequestLogSettings } from '#app/core/serving.ts';
import { addLogColumns, closeLeftovers, loggedInput, loggedProbability, openRedactor, processMark, pruneSegments, requestFolder, segmentName } from '#app/store/index.ts';
import { AppendLog } from '#app/sealing/append-log.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { classValue } from '../bundle-server/answers.ts';
import type { Predictions, RawColumns } from '#app/ml/serving/serving-model.ts';
import type { Variant } from './loaded-version.ts';

/** A request as it is noted. Columns are kept by reference until they are written: nobody changes them. */
export interface LoggedRequest {
  readonly id: string;
  /** Unix ms. */
  readonly at: number;
  readonly version: number;
  readonly variant: Variant;
  readonly ms: number;
  readonly status: number;
  readonly rows: number;
  readonly signature: ModelSignature;
  /** Null where the request could not be read. */
  readonly columns: RawColumns | null;
  readonly found: Predictions | null;
}

export interface RequestLogOptions {
  readonly projectDir: string;
  readonly model: string;
  readonly settings: RequestLogSettings;
  /** Script that makes Parquet of closed segments; null: they stay as they are. */
  readonly compactor: string | null;
  readonly counted: (outcome: 'written' | 'dropped', rows: number) => void;
  readonly warn: (message: string) => void;
  /** For tests. */
  readonly random?: () => number;
  readonly segmentBytes?: number;
  readonly segmentMs?: number;
}

/** Rows that wait to be written; more are dropped and counted, so that a slow disk costs memory no more than this. */
const mostWaiting = 20_000;
/** Rows that are made into text at once, between requests. */
const rowsAtOnce = 500;
const flushMs = 200;
const defaultSegmentBytes = 8 << 20;
const defaultSegmentMs = 10 * 60_000;

/**
 * Writes requests to the project. `note` only remembers: text is made and written later, so that no request waits for it, and none fails
 * because of it.
 */
export class RequestLog {
  readonly #options: RequestLogOptions;
  readonly #folder: string;
  #settings: RequestLogSettings;
  #redacted: ReadonlyMap<string, 'drop' | 'hash'> = new Map();
  #hash: ((value: unknown) => string) | null = null;
  #waiting: LoggedRequest[] = [];
  #waitingRows = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #segment: { readonly log: AppendLog; readonly openedAt: number; bytes: number } | null = null;
  #count = 0;
  #compacting = false;
  #isClosed = false;
  #hasWarned = false;
  /** Rows since the server began. */
  written = 0;
  dropped = 0;

  constructor(options: RequestLogOptions) {
    this.#options = options;
    this.#folder = requestFolder(options.projectDir, options.model);
    this.#settings = options.settings;
    this.configure(options.settings);
  }

  get settings(): RequestLogSettings {
    return this.#settings;
  }

  configure(settings: RequestLogSettings): void {
    this.#settings = settings;
    this.#redacted = new Map(settings.redact.map(({ column, how }) => [column, how]));
  }

  /** Before requests to a version come: its columns are added to those of the log. */
  async prepare(signature: ModelSignature): Promise<void> {
    if (this.#settings.rate === 0) return;
    try {
      if ([...this.#redacted.values()].includes('hash')) this.#hash ??= await openRedactor(this.#options.projectDir);
      await addLogColumns(this.#folder, signature, this.#redacted);
      await closeLeftovers(this.#folder, processMark());
      this.#compact();
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Whether a request is among those that are written. */
  sampled(): boolean {
    const { rate } = this.#settings;
    return rate >= 1 || (rate > 0 && (this.#options.random ?? Math.random)() < rate);
  }

  note(request: LoggedRequest): void {
    const rows = Math.max(1, request.rows);
    if (this.#isClosed || this.#waitingRows + rows > mostWaiting) {
      this.dropped += rows;
      this.#options.counted('dropped', rows);
      return;
    }
    this.#waiting.push(request);
    this.#waitingRows += rows;
    this.#timer ??= setTimeout(() => this.#flush(), flushMs).unref();
  }

  /** Writes what waits and closes the segment. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#flush();
    await this.#writing;
    await this.#closeSegment(false);
  }

  /** When everything that was noted is written. */
  async settled(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.length === 0) return;
    const requests = this.#waiting;
    const rows = this.#waitingRows;
    this.#waiting = [];
    this.#waitingRows = 0;
    this.#writing = this.#writing.then(() => this.#write(requests)).then(
      () => {
        this.written += rows;
        this.#options.counted('written', rows);
      },
      (error: unknown) => {
        this.dropped += rows;
        this.#options.counted('dropped', rows);
        this.#warn(error);
      },
    );
  }

  async #write(requests: readonly LoggedRequest[]): Promise<void> {
    let lines: string[] = [];
    for (const request of requests) {
      for (let row = 0; row < Math.max(1, request.rows); row += 1) {
        lines.push(JSON.stringify(this.#record(request, row)));
        if (lines.length < rowsAtOnce) continue;
        await this.#append(lines);
        lines = [];
      }
    }
    if (lines.length > 0) await this.#append(lines);
  }

  #record({ id, at, version, variant, ms, status, rows, signature, columns, found }: LoggedRequest, row: number): Record<string, unknown> {
    const record: Record<string, unknown> = {
      request_id: rows > 1 ? `${id}/${row}` : id,
      time: new Date(at).toISOString().slice(0, -1),
      model: this.#options.model,
      version,
      variant,
      latency_ms: Math.round(ms * 1000) / 1000,
      status,
    };
    if (columns !== null && rows > 0) {
      for (const { name } of signature.inputs) {
        const how = this.#redacted.get(name);
        const value = columns[name]?.[row] ?? null;
        if (how === 'drop' || value === null) continue;
        if (how !== 'hash') record[loggedInput(name)] = value;
        else if (this.#hash !== null) record[loggedInput(name)] = this.#hash(value);
      }
    }
    if (found === null || rows === 0) return record;
    if (signature.task === 'regression') record['prediction'] = finite(found.prediction?.[row]);
    else {
      const classes = signature.classes ?? [];
      record['prediction'] = classValue({ ...signature.target, type: 'string' }, classes[found.label?.[row] ?? -1]);
      classes.forEach((cls, index) => (record[loggedProbability(cls)] = finite(found.probabilities?.[row * classes.length + index])));
    }
    return record;
  }

  async #append(lines: readonly string[]): Promise<void> {
    const text = `${lines.join('\n')}\n`;
    const bytes = Buffer.byteLength(text);
    const { segmentBytes = defaultSegmentBytes, segmentMs = defaultSegmentMs } = this.#options;
    if (this.#segment !== null && (this.#segment.bytes + bytes > segmentBytes || Date.now() - this.#segment.openedAt > segmentMs)) await this.#closeSegment(true);
    if (this.#segment === null) {
      const file = path.join(this.#folder, segmentName(Date.now(), this.#count++, processMark()));
      this.#segment = { log: new AppendLog(file, { mode: 0o600 }), openedAt: Date.now(), bytes: 0 };
    }
    await this.#segment.log.append(text, false);
    this.#segment.bytes += bytes;
  }

  async #closeSegment(compact: boolean): Promise<void> {
    const segment = this.#segment;
    if (segment === null) return;
    this.#segment = null;
    await segment.log.close();
    const { file } = segment.log;
    if (segment.bytes === 0) await rm(file, { force: true });
    else await rename(file, file.replace(/\.open\.ndjson$/, '.ndjson'));
    if (compact) this.#compact();
  }

  /** A process of its own: DuckDB's memory and threads are nothing that a server of requests should have. */
  #compact(): void {
    const { compactor } = this.#options;
    const prune = (): void => void pruneSegments(this.#folder, this.#settings).catch((error: unknown) => this.#warn(error));
    // Encrypted segments stay as they are: they are read one by one, in memory.
    if (compactor === null || this.#compacting || vaultOf(this.#folder) !== null) return prune();
    this.#compacting = true;
    const child = spawn(process.execPath, [compactor, this.#folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    child.unref();
    const done = (): void => {
      this.#compacting = false;
      prune();
    };
    child.once('error', done).once('exit', done);
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.warn(`The request log of “${this.#options.model}” cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const finite = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);
