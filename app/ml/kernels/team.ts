import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Arena } from './arena.ts';
import { instantiate, kernelModule, type Kernels } from './kernels.ts';
import { pause } from './pause.ts';
import { regions, type RegionName } from './regions.ts';

/**
 * Threads that work on one training: the calling one and its helpers, over one memory. The calling thread sets numbers in shared memory,
 * names a region (`../trees/regions.ts`, `../clustering`), and all run it; no message is sent, for a region may take microseconds.
 */

/** Words of the control block: number of the region's turn, threads that are done with it, end, barrier (two words), region, whether a helper could not begin, then the region's integers. */
export const control = { turn: 0, done: 1, end: 2, barrier: 3, region: 5, failed: 6, integers: 8, bytes: 1024, floats: 64 } as const;
const mostThreads = 8;
const integerWords = 64;
const floatWords = 64;

export interface TeamMember {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly control: number;
  readonly member: number;
  readonly threads: number;
  readonly table: Float32Array | null;
  /** The last turn that is none of its: it takes part in those after, though it may hear of them late. */
  readonly turn: number;
}

/** For helpers of a team that paused. */
export type NextTable = Pick<TeamMember, 'table' | 'turn'>;

/** What a region sees. */
export interface Region {
  readonly kernels: Kernels;
  readonly member: number;
  readonly threads: number;
  /** Numbers set by the calling thread. */
  readonly integers: Int32Array;
  readonly floats: Float64Array;
  readonly memory: WebAssembly.Memory;
  /** Numbers outside the memory, which are only read. */
  readonly table: Float32Array | null;
  /** The whole memory, which does not grow any more. */
  view(): DataView;
  /** Waits for all threads. */
  meet(): void;
}

const entry = import.meta.url.endsWith('.ts') ? new URL('./team-worker.ts', import.meta.url) : new URL('./kernel-worker.js', import.meta.url);

export function regionOf({ memory, control: at, member, threads, table }: Omit<TeamMember, 'turn'>, kernels: Kernels): Region {
  const words = new Int32Array(memory.buffer, at, control.integers + integerWords);
  const view = new DataView(memory.buffer);
  return {
    kernels,
    member,
    threads,
    integers: words.subarray(control.integers),
    floats: new Float64Array(memory.buffer, at + 512, floatWords),
    memory,
    table,
    view: () => view,
    meet: () => kernels.barrier(at + control.barrier * 4, threads),
  };
}

const places = Object.fromEntries(Object.keys(regions).map((name, i) => [name, i])) as Record<RegionName, number>;

/** As many as there are cores, up to eight: beyond, threads wait for memory and for each other. */
export const teamSize = (wanted?: number): number => Math.max(1, Math.min(mostThreads, wanted ?? availableParallelism()));

/** Looks at a word before a thread sleeps: some 0.4 ms. Each look pauses, for threads may share one core's arithmetic, and the one that works needs it. */
export const mostLooks = 6000;

/** What `control.end` says: go on, forget the team, or keep it for its next table. */
export const ends = { no: 0, gone: 1, pause: 2 } as const;

export type HelperMessage = 'ready' | 'free';

/** Helpers without a team, kept for the next: a start takes some 40 ms, as long as a small training. They end with the thread that started them. */
const idle: Worker[] = [];
/** Teams on their way to an end, whose helpers are idle in a moment. */
const ending = new Set<Promise<void>>();

function newHelper(): Worker {
  // Kept off the process's own stdout, which may carry frames. Nobody reads it: a reader would keep the process alive, and helpers say nothing.
  return new Worker(entry, { execArgv: [], stdout: true, name: 'penstock-kernels' });
}

/** Resolves when a helper says so; rejects when it fails. */
function heard(worker: Worker, wanted: HelperMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: HelperMessage): void => {
      if (message !== wanted) return;
      settle();
      resolve();
    };
    const onError = (error: unknown): void => {
      settle();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const settle = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
  });
}

const patience = (): Promise<boolean> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(false), 500).unref();
  });

export class Team {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly threads: number;
  readonly integers: Int32Array;
  readonly floats: Float64Array;
  /** The whole memory, which does not grow any more. */
  readonly f64: Float64Array;
  readonly #words: Int32Array;
  #region: Region;
  readonly #helpers: Worker[];
  /** Helpers that are up first when they say so. */
  readonly #starting: Worker[] = [];
  #failed: Error | null = null;
  readonly #onError = (error: unknown): void => {
    this.#failed = error instanceof Error ? error : new Error(String(error));
  };

  private constructor(arena: Arena, threads: number, at: number, table: Float32Array | null) {
    const module = kernelModule();
    this.arena = arena;
    this.threads = threads;
    this.kernels = instantiate(module, arena.memory);
    this.#words = arena.i32(at, control.integers);
    // A room in another memory holds what the one before has left.
    arena.u8(at, control.bytes).fill(0);
    const member = (i: number): TeamMember => ({ memory: arena.memory, module, control: at, member: i, threads, table, turn: 0 });
    this.#region = regionOf(member(0), this.kernels);
    this.integers = this.#region.integers;
    this.floats = this.#region.floats;
    this.f64 = new Float64Array(arena.memory.buffer);
    this.#helpers = Array.from({ length: threads - 1 }, (_, i) => {
      const known = idle.pop();
      const worker = known ?? newHelper();
      if (known === undefined) this.#starting.push(worker);
      worker.ref();
      worker.once('error', this.#onError);
      worker.postMessage(member(i + 1), []);
      return worker;
    });
  }

  /**
   * Starts the helpers over memory that was taken before: what grows later, JavaScript of other threads may not see.
   * @param table numbers that regions read where they are; on shared memory unless there is one thread
   */
  static async start(arena: Arena, threads: number, table: Float32Array | null = null): Promise<Team> {
    if (idle.length < threads - 1 && ending.size > 0) await Promise.all(ending);
    const team = new Team(arena, threads, arena.take(control.bytes), table);
    // Those that are up already come when they hear of it, and work begins without them.
    await Promise.all(team.#starting.splice(0).map((worker) => heard(worker, 'ready')));
    return team;
  }

  /** All threads run a region; returns when all are done. @throws the error of a thread that failed */
  run(name: RegionName): void {
    const words = this.#words;
    if (this.threads > 1) {
      words[control.region] = places[name];
      Atomics.store(words, control.done, 0);
      Atomics.add(words, control.turn, 1);
      Atomics.notify(words, control.turn);
    }
    regions[name](this.#region);
    for (let looks = 0; Atomics.load(words, control.done) < this.threads - 1; looks += 1) {
      if (looks < mostLooks) {
        pause();
        continue;
      }
      if (this.#failed !== null) throw this.#failed;
      if (words[control.failed] === 1) throw (this.#failed = new Error('a helper could not begin'));
      Atomics.wait(words, control.done, Atomics.load(words, control.done), 1);
    }
  }

  /** False once a helper failed: nobody would answer. */
  get usable(): boolean {
    return this.#failed === null;
  }

  /** Lets the helpers wait without a turn, until `resume`. False where one does not come back, for its region failed midway: then the team is of no more use, but for its end. */
  async pause(): Promise<boolean> {
    const free = await this.#free(ends.pause);
    for (const worker of this.#helpers) worker.unref();
    // It may be the last to know of it.
    this.#region = { ...this.#region, table: null };
    return free.every(Boolean);
  }

  /** The same team and memory for other numbers. */
  resume(table: Float32Array | null): void {
    this.#region = { ...this.#region, table };
    Atomics.store(this.#words, control.end, ends.no);
    const next: NextTable = { table, turn: Atomics.load(this.#words, control.turn) };
    for (const worker of this.#helpers) {
      worker.ref();
      worker.postMessage(next, []);
    }
  }

  /** Lets the helpers go. One that does not come back is ended. */
  async end(): Promise<void> {
    await this.leave();
  }

  /** The same; false where one did not come back: it may still write to the memory. */
  leave(): Promise<boolean> {
    const end = this.#end();
    const settled = end.then(
      () => undefined,
      () => undefined,
    );
    ending.add(settled);
    void settled.then(() => ending.delete(settled));
    return end;
  }

  async #end(): Promise<boolean> {
    const free = await this.#free(ends.gone);
    await Promise.all(
      this.#helpers.map(async (worker, i) => {
        worker.off('error', this.#onError);
        if (free[i] !== true || idle.length >= mostThreads) return void (await worker.terminate());
        worker.unref();
        idle.push(worker);
      }),
    );
    return free.every(Boolean);
  }

  /** Which helpers came back from their turns. */
  #free(end: (typeof ends)[keyof typeof ends]): Promise<boolean[]> {
    Atomics.store(this.#words, control.end, end);
    Atomics.add(this.#words, control.turn, 1);
    Atomics.notify(this.#words, control.turn);
    return Promise.all(this.#helpers.map(async (worker) => this.#failed === null && Promise.race([heard(worker, 'free').then(() => true, () => false), patience()])));
  }
}
