import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

export interface Question {
  readonly id: number;
  readonly reader: string;
  readonly file: string;
}

export interface Answer {
  readonly id: number;
  /** `silent`: taken, and made something else of; `fault`: not refused with a sentence. */
  readonly kind: 'read' | 'refused' | 'silent' | 'fault';
  readonly code?: string;
  readonly message?: string;
  /** Bytes by which the process's peak of memory grew. */
  readonly grown: number;
}

export type Outcome = { readonly kind: Answer['kind'] | 'crash' | 'hang' | 'memory'; readonly message: string; readonly code: string };

const root = path.resolve(import.meta.dirname, '../..');
/** The machine may be busy with other tests. */
const startDeadlineMs = 120_000;

/** One process that reads files, started again whenever one of them ended it. */
export class Victim {
  readonly #deadlineMs: number;
  readonly #memoryBytes: number;
  #child: ChildProcess | null = null;
  #project: string | null = null;
  #errors = '';
  #next = 1;
  /** Faults outside any answer: rejections that nobody took. */
  #stray: string | null = null;

  /** @param deadlineMs longest time for one file @param memoryBytes most that one file may raise the peak of memory by */
  constructor(deadlineMs: number, memoryBytes: number) {
    this.#deadlineMs = deadlineMs;
    this.#memoryBytes = memoryBytes;
  }

  async read(reader: string, file: string): Promise<Outcome> {
    const child = await this.#started();
    const id = this.#next++;
    this.#stray = null;
    const answer = await this.#ask(child, { id, reader, file });
    if (answer === 'hang' || answer === 'crash') {
      const how = child.signalCode ?? `exit code ${child.exitCode}`;
      await this.close();
      return answer === 'hang' ? { kind: 'hang', code: '', message: `no answer within ${this.#deadlineMs} ms` } : { kind: 'crash', code: '', message: `${how}: ${this.#errors.trim().slice(-800)}` };
    }
    if (this.#stray !== null) return { kind: 'fault', code: '', message: this.#stray };
    if (answer.grown > this.#memoryBytes) return { kind: 'memory', code: answer.code ?? '', message: `memory grew by ${Math.round(answer.grown / 1e6)} MB (${answer.message ?? 'it was read'})` };
    return { kind: answer.kind, code: answer.code ?? '', message: answer.message ?? '' };
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    if (this.#project !== null) await rm(this.#project, { recursive: true, force: true });
    this.#project = null;
  }

  get folder(): string {
    return path.join(this.#project ?? '', 'input');
  }

  /** Starts the process where there is none, so that its folder is there. */
  async ready(): Promise<void> {
    await this.#started();
  }

  async #started(): Promise<ChildProcess> {
    if (this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null) return this.#child;
    await this.close();
    this.#project = await mkdtemp(path.join(os.tmpdir(), 'penstock-fuzz-'));
    const child = spawn(process.execPath, [path.join(root, 'bench/child.mjs'), path.join(import.meta.dirname, 'child.ts'), JSON.stringify({ project: this.#project })], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: { ...process.env, UV_THREADPOOL_SIZE: '16' } });
    this.#errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString('utf8')).slice(-4000);
    });
    this.#child = child;
    const first = await this.#wait(child, 0, startDeadlineMs);
    if (first === 'hang' || first === 'crash') throw new Error(`the process that reads files did not start (${first}): ${this.#errors}`);
    return child;
  }

  #ask(child: ChildProcess, question: Question): Promise<Answer | 'hang' | 'crash'> {
    const answer = this.#wait(child, question.id, this.#deadlineMs);
    child.send(question);
    return answer;
  }

  #wait(child: ChildProcess, id: number, ms: number): Promise<Answer | 'hang' | 'crash'> {
    return new Promise((resolve) => {
      const end = (what: Answer | 'hang' | 'crash'): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(what);
      };
      const onMessage = (message: unknown): void => {
        const answer = message as Answer;
        if (answer.id === id) end(answer);
        else if (answer.id === -1) this.#stray = answer.message ?? 'unhandled';
      };
      const onExit = (): void => end('crash');
      const timer = setTimeout(() => end('hang'), ms);
      child.on('message', onMessage);
      child.on('exit', onExit);
    });
  }
}
