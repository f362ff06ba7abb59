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
 * killed, begun again, walks the same way and finds its trials here. Written after each trial, at most every two seconds; states of the
 * last fit stand behind the trials in the same place.
 */
export class TrialMemory {
  readonly #trials: Map<string, TrialScores>;
  readonly #checkpoint: CheckpointServices | null;
  #lastSave = 0;
  #fit: Uint8Array | null;
  readonly #earlier: ReadonlySet<string>;

  private constructor(trials: Map<string, TrialScores>, fit: Uint8Array | null, checkpoint: CheckpointServices | null) {
    this.#trials = trials;
    this.#fit = fit;
    this.#checkpoint = checkpoint;
    this.#earlier = new Set(trials.keys());
  }

  static async open(checkpoint: CheckpointServices | null): Promise<TrialMemory> {
    const bytes = (await checkpoint?.load()) ?? null;
    const { trials, fit } = bytes === null ? { trials: [], fit: null } : read(bytes);
    return new TrialMemory(new Map(trials), fit, checkpoint);
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
    await this.#write();
  }

  /** Where the fit after the search keeps its states without the trials being lost. */
  get ofLastFit(): CheckpointServices | undefined {
    if (this.#checkpoint === null) return undefined;
    const { everyMs } = this.#checkpoint;
    return {
      load: async () => this.#fit,
      save: async (bytes) => {
        this.#fit = bytes;
        await this.#write();
      },
      ...(everyMs === undefined ? {} : { everyMs }),
    };
  }

  async #write(): Promise<void> {
    const trials = JSON.stringify({ version: 1, trials: [...this.#trials] }, (_key, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value));
    await this.#checkpoint?.save(Buffer.concat([Buffer.from(this.#fit === null ? trials : `${trials}\n`), this.#fit ?? new Uint8Array()]));
  }
}

/** JSON has none. */
const newLine = 10;

/** A file of another version, or a damaged one, is as good as none. */
function read(bytes: Uint8Array): { readonly trials: [string, TrialScores][]; readonly fit: Uint8Array | null } {
  try {
    const end = bytes.indexOf(newLine);
    const { trials } = saved.parse(JSON.parse(new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))));
    return { trials, fit: end < 0 ? null : bytes.slice(end + 1) };
  } catch {
    return { trials: [], fit: null };
  }
}
