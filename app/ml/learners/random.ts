/** A uniform generator that can be gone on with: another from its state draws what it would have drawn. */
export interface Draws {
  next(): number;
  /** 32-bit; a seed. */
  state(): number;
}

/** Uniform in [0, 1), the same on every machine (mulberry32). `seed`: 32-bit. */
export function draws(seed: number): Draws {
  let state = seed | 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
    state: () => state,
  };
}

/** The same as a function. */
export const uniform = (seed: number): (() => number) => draws(seed).next;

/** Standard normal numbers by Box and Muller. */
export function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Puts `items` in a random order, in place (Fisher and Yates). */
export function shuffle(items: Int32Array, next: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const item = items[i] as number;
    items[i] = items[j] as number;
    items[j] = item;
  }
}
