import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { penstockVersion } from '#app/core/version.ts';
import type { CheckpointServices } from '#app/sdk/node.ts';
import type { TrainCheckpoint, TrainPayload } from './types.ts';

interface Saved {
  readonly version: string;
  readonly about: string;
  readonly state: unknown;
}

/** Time in ms between two saves unless another is asked for, and how many times what a save took must lie between them. */
const usualMs = 2000;
const leastShare = 25;

/** Of a payload whose training keeps states: the last one, to go on from. */
export interface StatesPayload {
  readonly resume: Uint8Array | null;
  readonly everyMs?: number;
}

/**
 * Where a training may go on, and the place for its states. A state counts only for the same `about` (a hash of data, params and seed) and
 * version: results of queries may come in another order, and a model of two orders would be neither's.
 */
export function createCheckpoint(payload: StatesPayload, aboutOf: () => string, send: (bytes: Uint8Array) => void): TrainCheckpoint {
  let about: string | null = null;
  const aboutNow = (): string => (about ??= aboutOf());
  const everyMs = payload.everyMs ?? usualMs;
  const saved = read(payload.resume);
  let last = performance.now();
  let took = 0;
  return {
    state: saved !== null && saved.version === penstockVersion && saved.about === aboutNow() ? saved.state : null,
    save: (make) => {
      const now = performance.now();
      if (now - last < Math.max(everyMs, leastShare * took)) return;
      const state: Saved = { version: penstockVersion, about: aboutNow(), state: make() };
      send(Uint8Array.from(serialize(state)));
      last = performance.now();
      took = last - now;
    },
  };
}

function read(bytes: Uint8Array | null): Saved | null {
  if (bytes === null) return null;
  try {
    return deserialize(bytes) as Saved;
  } catch {
    // Torn or of another kind: training starts anew.
    return null;
  }
}

/** What a training's states are states of. */
export function aboutTraining({ algorithm, params, seed, matrix, target, weights, features, classes }: TrainPayload): string {
  return hashOf([algorithm, params, seed, features, classes], [matrix, target, weights]);
}

/** Of plain data and, apart from it, of numbers. */
export function hashOf(data: unknown, arrays: readonly (Float32Array | Float64Array | undefined)[]): string {
  const hash = createHash('sha256').update(JSON.stringify(data));
  for (const array of arrays) if (array !== undefined) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex');
}

interface PartsState {
  readonly done: readonly unknown[];
  readonly current: unknown;
}

/**
 * One place for the states of several trainings that come one after another, always in the same order: what is finished is kept whole, so
 * that only the one that was running goes on. What they give is plain data.
 */
export function checkpointParts(checkpoint: TrainCheckpoint | undefined): <T>(train: (checkpoint: TrainCheckpoint | undefined) => Promise<T>) => Promise<T> {
  const saved = (checkpoint?.state ?? { done: [], current: null }) as PartsState;
  const done: unknown[] = [];
  return async <T>(train: (checkpoint: TrainCheckpoint | undefined) => Promise<T>): Promise<T> => {
    const at = done.length;
    if (at < saved.done.length) {
      done.push(saved.done[at]);
      return saved.done[at] as T;
    }
    const own: TrainCheckpoint | undefined = checkpoint && { state: at === saved.done.length ? saved.current : null, save: (make) => checkpoint.save((): PartsState => ({ done, current: make() })) };
    const found = await train(own);
    done.push(found);
    return found;
  };
}

/** The main thread's side: what goes to the worker, and what its states do on their way to the disk. */
export interface StatesKeeper {
  /** For the payload. */
  readonly payload: { readonly checkpoint?: StatesPayload };
  keep(state: Uint8Array): void;
  /** When the last one is written. */
  settled(): Promise<void>;
}

export async function keepStates(services: CheckpointServices | undefined): Promise<StatesKeeper> {
  let saving: Promise<void> | null = null;
  return {
    payload: services === undefined ? {} : { checkpoint: { resume: await services.load(), ...(services.everyMs === undefined ? {} : { everyMs: services.everyMs }) } },
    // A state that comes while the one before is written is left out: the next is newer. A disk that is full costs no training.
    keep: (state) => {
      saving ??= (services?.save(state) ?? Promise.resolve()).catch(() => undefined).finally(() => {
        saving = null;
      });
    },
    settled: async () => {
      await saving;
    },
  };
}
