/** One line of a result: `ours` and `peer` in `unit`s as text, `ratio` = ours ÷ peer. */
export interface BenchRow {
  readonly name: string;
  readonly ours: string;
  readonly against: string;
  readonly peer: string;
  readonly ratio: number;
  /** The bound that the ratio is held against, where one was promised. */
  readonly limit?: string;
}

export interface BenchOptions {
  readonly quick: boolean;
  /** Only these rows, where a suite has parts. */
  readonly part?: string | undefined;
}

/** Best wall time in ms of each contestant over `rounds`, taken in turns so that the machine's moods hit all alike. */
export async function bestOf<K extends string>(rounds: number, contestants: Record<K, () => Promise<unknown>>): Promise<Record<K, number>> {
  const best = {} as Record<K, number>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(contestants) as K[]) {
      const from = performance.now();
      await contestants[name]();
      const ms = performance.now() - from;
      best[name] = Math.min(best[name] ?? Infinity, ms);
    }
  }
  return best;
}

export const ms = (value: number): string => (value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`);

export const ratio = (ours: number, peer: number): number => Number((ours / peer).toFixed(3));
