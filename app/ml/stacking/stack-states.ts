import { deserialize, serialize } from 'node:v8';
import { penstockVersion } from '#app/core/version.ts';
import type { CheckpointServices } from '#app/sdk/node.ts';
import type { FittedBase } from './join-bases.ts';

interface Saved {
  readonly version: string;
  readonly about: string;
  /** What the fits in folds keep. */
  readonly folds: Uint8Array | null;
  /** Learners fitted on all rows, by their number; and what the one that is being trained keeps. */
  readonly bases: readonly (readonly [number, FittedBase])[];
  readonly current: { readonly base: number; readonly state: Uint8Array } | null;
}

/** Bytes of a fitted learner up to which it is kept whole; a larger one is fitted anew, for it would be written again with every state. */
const mostBytes = 1 << 26;

/** One place for the states of a stack: of its fits in folds, then of those on all rows. */
export class StackStates {
  readonly #checkpoint: CheckpointServices | undefined;
  readonly #about: string;
  readonly #bases: Map<number, FittedBase>;
  #folds: Uint8Array | null;
  #current: Saved['current'];

  private constructor(checkpoint: CheckpointServices | undefined, about: string, saved: Saved | null) {
    this.#checkpoint = checkpoint;
    this.#about = about;
    this.#folds = saved?.folds ?? null;
    this.#bases = new Map(saved?.bases);
    this.#current = saved?.current ?? null;
  }

  /** @param about a hash of what is learnt: states count only for the same */
  static async open(checkpoint: CheckpointServices | undefined, about: () => string): Promise<StackStates> {
    if (checkpoint === undefined) return new StackStates(checkpoint, '', null);
    const own = about();
    const saved = read(await checkpoint.load());
    return new StackStates(checkpoint, own, saved?.version === penstockVersion && saved.about === own ? saved : null);
  }

  get ofFolds(): CheckpointServices | undefined {
    return this.#within(
      () => this.#folds,
      (bytes) => {
        this.#folds = bytes;
      },
    );
  }

  /** Where the training of a base on all rows keeps its states. */
  ofBase(base: number): CheckpointServices | undefined {
    return this.#within(
      () => (this.#current?.base === base ? this.#current.state : null),
      (state) => {
        this.#current = { base, state };
      },
    );
  }

  /** A base that was fitted before the kill. */
  known(base: number): FittedBase | undefined {
    return this.#bases.get(base);
  }

  async keep(base: number, { fitted, trained }: FittedBase): Promise<void> {
    if (this.#checkpoint === undefined) return;
    this.#current = null;
    if (numbersIn(trained) <= mostBytes) this.#bases.set(base, { fitted, trained });
    // A disk that is full costs no training.
    await this.#write().catch(() => undefined);
  }

  #within(load: () => Uint8Array | null, keep: (bytes: Uint8Array) => void): CheckpointServices | undefined {
    if (this.#checkpoint === undefined) return undefined;
    const { everyMs } = this.#checkpoint;
    return {
      load: async () => load(),
      save: async (bytes) => {
        keep(bytes);
        await this.#write();
      },
      ...(everyMs === undefined ? {} : { everyMs }),
    };
  }

  async #write(): Promise<void> {
    const state: Saved = { version: penstockVersion, about: this.#about, folds: this.#folds, bases: [...this.#bases], current: this.#current };
    await this.#checkpoint?.save(Uint8Array.from(serialize(state)));
  }
}

/** Bytes of the arrays in a head, which are nearly all of it. */
function numbersIn({ head }: FittedBase['trained']): number {
  const bytesOf = (value: unknown): number => (ArrayBuffer.isView(value) ? value.byteLength : Array.isArray(value) ? 8 * value.length : value !== null && typeof value === 'object' && 'codes' in value ? bytesOf(value.codes) : 0);
  const attributes = head.nodes.flatMap((node) => Object.values(node.attributes ?? {}));
  return attributes.reduce((sum, { value }) => sum + bytesOf(value), 0) + head.initializers.reduce((sum, { data }) => sum + bytesOf(data), 0);
}

function read(bytes: Uint8Array | null): Saved | null {
  if (bytes === null) return null;
  try {
    return deserialize(bytes) as Saved;
  } catch {
    // Torn or of another kind: everything is fitted anew.
    return null;
  }
}
