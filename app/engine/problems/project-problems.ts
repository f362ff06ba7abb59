import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCancelled, toDiagnostic } from '#app/core/errors.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import type { PipelineProblems, ProjectProblemsEvent } from '#app/protocol/sections/problems.ts';
import { readProjectText } from '#app/sealing/files.ts';
import type { Engine } from '../engine.ts';
import { pipelineProblems, unreadable } from './pipeline-problems.ts';

export interface ProblemTimes {
  /** Between two pipelines, so that what a person does goes first; ms. */
  readonly pause: number;
  /** After a sign of a change until the files are looked at: a save is several signs; ms. */
  readonly settle: number;
  /** Until the folder is looked at without any sign: file systems that give none; ms. */
  readonly poll: number;
  /** Until what did not change is looked at again: the data that it reads may have; ms. */
  readonly again: number;
}

const usual: ProblemTimes = { pause: 20, settle: 300, poll: 5000, again: 60_000 };

interface Looked {
  readonly stamp: string;
  readonly at: number;
  readonly found: PipelineProblems;
}

/**
 * What is wrong in every pipeline of the project, found in the background while somebody listens: one pipeline at a time, none while a
 * run is going on, and only those whose files changed. Nothing is run.
 */
export class ProjectProblems {
  readonly #engine: Engine;
  readonly #times: ProblemTimes;
  readonly #listeners = new Set<(event: ProjectProblemsEvent) => void>();
  readonly #looked = new Map<string, Looked>();
  #progress: ProjectProblemsEvent = { type: 'progress', looked: 0, total: 0, busy: true };
  #working: AbortController | null = null;
  /** Ends the wait between two looks. */
  #wake: () => void = () => undefined;

  constructor(engine: Engine, times: ProblemTimes = usual) {
    this.#engine = engine;
    this.#times = times;
    engine.closing.addEventListener('abort', () => this.#stop());
  }

  /** Everything known so far, then every change, until `signal` aborts. */
  async *watch(signal: AbortSignal): AsyncGenerator<ProjectProblemsEvent, void, undefined> {
    const queue: ProjectProblemsEvent[] = [...[...this.#looked.values()].map(({ found }): ProjectProblemsEvent => ({ type: 'pipeline', pipeline: found })), this.#progress];
    let ready: () => void = () => undefined;
    const listener = (event: ProjectProblemsEvent): void => {
      queue.push(event);
      ready();
    };
    const stop = (): void => ready();
    signal.addEventListener('abort', stop);
    this.#listeners.add(listener);
    this.#start();
    try {
      while (!signal.aborted) {
        for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) yield next;
        if (signal.aborted) return;
        if (queue.length === 0) await new Promise<void>((resolve) => (ready = resolve));
      }
    } finally {
      signal.removeEventListener('abort', stop);
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    }
  }

  lookAgain(): void {
    for (const [key, one] of this.#looked) this.#looked.set(key, { ...one, at: 0 });
    this.#wake();
  }

  #start(): void {
    if (this.#working !== null) return;
    const mine = new AbortController();
    this.#working = mine;
    void this.#work(mine.signal).catch((error: unknown) => {
      if (!mine.signal.aborted) this.#engine.noteUnexpected(error);
    });
  }

  #stop(): void {
    this.#working?.abort();
    this.#working = null;
    this.#wake();
  }

  async #work(signal: AbortSignal): Promise<void> {
    const watcher = this.#watchFolder();
    try {
      while (!signal.aborted) {
        await this.#pass(signal);
        const changed = await this.#wait(this.#times.poll);
        if (changed && !signal.aborted) await sleep(this.#times.settle, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      watcher?.close();
    }
  }

  /** True when woken before the time. */
  #wait(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** Null where the folder is not there yet or cannot be watched: it is then looked at from time to time. */
  #watchFolder(): FSWatcher | null {
    try {
      const watcher = watch(path.join(this.#engine.projectDir, 'pipelines'), () => this.#wake());
      watcher.on('error', () => watcher.close());
      watcher.unref();
      return watcher;
    } catch {
      return null;
    }
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const listed = await this.#engine.pipelines.list();
    const present = new Set(listed.map((one) => one.path));
    for (const known of this.#looked.keys()) {
      if (present.has(known)) continue;
      this.#looked.delete(known);
      this.#tell({ type: 'gone', path: known });
    }
    const now = Date.now();
    const due = listed.filter((one) => {
      const known = this.#looked.get(one.path);
      return known === undefined || known.stamp !== stampOf(one) || now - known.at > this.#times.again;
    });
    for (const [index, one] of due.entries()) {
      await this.#whileQuiet(signal);
      if (signal.aborted) return;
      this.#tell({ type: 'progress', looked: index, total: due.length, busy: true });
      const found = await this.#look(one.path, one.title, signal);
      if (signal.aborted) return;
      const before = this.#looked.get(one.path)?.found;
      this.#looked.set(one.path, { stamp: stampOf(one), at: Date.now(), found });
      if (before === undefined || JSON.stringify(before) !== JSON.stringify(found)) this.#tell({ type: 'pipeline', pipeline: found });
      await sleep(this.#times.pause, undefined, { signal }).catch(() => undefined);
    }
    if (!signal.aborted) this.#tell({ type: 'progress', looked: due.length, total: due.length, busy: false });
  }

  async #look(relative: string, title: string, signal: AbortSignal): Promise<PipelineProblems> {
    try {
      // Not opened: that would begin a session of editing.
      const document = parseDocument(await readProjectText(this.#engine.pipelines.fileOf(relative)));
      return await pipelineProblems(this.#engine, relative, document, signal);
    } catch (error) {
      if (!signal.aborted && !isCancelled(error)) this.#engine.noteUnexpected(error);
      return unreadable(relative, title, toDiagnostic(error));
    }
  }

  /** A run needs the machine for itself. */
  async #whileQuiet(signal: AbortSignal): Promise<void> {
    while (this.#engine.activeRun(null) !== null && !signal.aborted) await sleep(500, undefined, { signal }).catch(() => undefined);
  }

  #tell(event: ProjectProblemsEvent): void {
    if (event.type === 'progress') this.#progress = event;
    for (const listener of this.#listeners) listener(event);
  }
}

const stampOf = ({ modifiedAt, title }: { readonly modifiedAt: number; readonly title: string }): string => `${modifiedAt} ${title}`;
