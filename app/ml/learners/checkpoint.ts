import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { penstockVersion } from '#app/core/version.ts';
import type { TrainCheckpoint, TrainPayload } from './types.ts';

interface Saved {
  readonly version: string;
  readonly about: string;
  readonly state: unknown;
}

/** Time in ms between two saves unless another is asked for, and how many times what a save took must lie between them. */
const usualMs = 2000;
const leastShare = 25;

/**
 * Where a training may go on, and the place for its states. A state counts only for the same data, params, seed and version: results of
 * queries may come in another order, and a model of two orders would be neither's.
 */
export function createCheckpoint(payload: TrainPayload, send: (bytes: Uint8Array) => void): TrainCheckpoint {
  let about: string | null = null;
  const aboutNow = (): string => (about ??= aboutOf(payload));
  const everyMs = payload.checkpoint?.everyMs ?? usualMs;
  const saved = read(payload.checkpoint?.resume ?? null);
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

function aboutOf({ algorithm, params, seed, matrix, target, weights, features, classes }: TrainPayload): string {
  const hash = createHash('sha256').update(JSON.stringify([algorithm, params, seed, features, classes]));
  for (const array of [matrix, target, weights]) if (array !== undefined) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex');
}
