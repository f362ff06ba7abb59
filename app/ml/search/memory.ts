import { z } from 'zod';
import { stableHash } from '#app/core/hash.ts';
import type { CheckpointServices } from '#app/sdk/node.ts';

/** What is kept of a trial: enough to go on after a kill as if it had been made a moment ago. NaN and infinities as text. */
const savedNumber = z.union([z.number(), z.string()]).transform(Number);
const savedTrial = z.object({
  metrics: z.array(z.record(z.string(), savedNumber)),
  fitMs: z.number(),
  seconds: z.number(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type TrialScores = z.output<typeof savedTrial>;

const saved = z.object({ version: z.literal(1), trials: z.array(z.tuple([z.string(), savedTrial])) });

/**
 * The scores of finished trials, by what was tried. A search proposes by what it has seen and by its seed, so that a search that was
 * killed, begun again, walks the same way and finds its trials here. Written after each trial, at most every two seconds.
 */
export class TrialMemory {
  readonly #trials: Map<string, TrialScores>;
  readonly #checkpoint: CheckpointServices | null;
  #lastSave = 0;
  readonly #earlier: ReadonlySet<string>;

  private constructor(trials: Map<string, TrialScores>, checkpoint: CheckpointServices | null) {
    this.#trials = trials;
    this.#checkpoint = checkpoint;
    this.#earlier = new Set(trials.keys());
  }

  static async open(checkpoint: CheckpointServices | null): Promise<TrialMemory> {
    const bytes = (await checkpoint?.load()) ?? null;
    return new TrialMemory(new Map(bytes === null ? [] : read(bytes)), checkpoint);
  }

  find(what: unknown): TrialScores | null {
    return this.#trials.get(stableHash(what)) ?? null;
  }

  /** Whether an earlier run, which was stopped, had found it. */
  isRecalled(what: unknown): boolean {
    return this.#earlier.has(stableHash(what));
  }

  async keep(what: unknown, scores: TrialScores): Promise<void> {
    this.#trials.set(stableHash(what), scores);
    const now = performance.now();
    if (this.#checkpoint === null || (this.#lastSave > 0 && now - this.#lastSave < 2000)) return;
    this.#lastSave = now;
    await this.#checkpoint.save(new TextEncoder().encode(JSON.stringify({ version: 1, trials: [...this.#trials] }, (_key, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value))));
  }
}

/** A file of another version, or a damaged one, is as good as none. */
function read(bytes: Uint8Array): [string, TrialScores][] {
  try {
    return saved.parse(JSON.parse(new TextDecoder().decode(bytes))).trials;
  } catch {
    return [];
  }
}
