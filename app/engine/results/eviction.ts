/** A kept result, as the choice of what to remove sees it. */
export interface Evictable {
  readonly key: string;
  /** Time to compute it from its inputs, ms. */
  readonly ms: number;
  readonly lastUsed: number;
  readonly isLatest: boolean;
  /** Files it is in; several results may share one. */
  readonly artifacts: readonly string[];
  readonly upstream: readonly string[];
}

export interface EvictionQuestion {
  readonly results: readonly Evictable[];
  /** Bytes of every artifact on disk. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Artifacts that nothing may remove: being read, pinned, of registered models. */
  readonly protected: ReadonlySet<string>;
  /** Bytes that may stay in all. */
  readonly budget: number;
  readonly now: number;
}

export interface Eviction {
  /** Results to remove, with the bytes each frees (files that it alone holds when its turn comes). */
  readonly results: readonly { readonly key: string; readonly bytes: number }[];
  /** Files to remove: those of the results and those that no result names. */
  readonly artifacts: readonly string[];
  readonly freed: number;
}

const day = 86_400_000;
/** A result that was not asked for in a week is half as likely to be asked for again. */
const halfLife = 7 * day;
/** A result that its node has left behind comes back only by undoing. */
const supersededShare = 0.05;
/** Scores change as results go, because what is above a removed one becomes dearer: worked out anew after so many. */
const perRound = 16;

/**
 * What to remove so that no more than `budget` bytes stay: first files that no result names, then results in the order of
 * (time to compute again × likelihood that somebody asks) per byte that is freed. The time includes that of results above
 * which are not kept either. Protected files stay, even over the budget.
 */
export function chooseEvictions(question: EvictionQuestion): Eviction {
  const { results, sizes, budget } = question;
  const holders = new Map<string, number>();
  for (const { artifacts } of results) for (const id of artifacts) holders.set(id, (holders.get(id) ?? 0) + 1);
  let total = [...sizes.values()].reduce((a, b) => a + b, 0);
  const artifacts: string[] = [];
  const evicted: { key: string; bytes: number }[] = [];
  const remove = (id: string): number => {
    const bytes = sizes.get(id) ?? 0;
    artifacts.push(id);
    total -= bytes;
    return bytes;
  };
  const isOver = (): boolean => total > budget;
  let freed = 0;
  if (isOver()) {
    for (const id of sizes.keys()) if (!holders.has(id) && !question.protected.has(id)) freed += remove(id);
  }
  const left = new Map(results.filter(({ artifacts: held }) => held.some((id) => sizes.has(id))).map((one) => [one.key, one]));
  while (isOver()) {
    const round = rank(left, holders, question).slice(0, perRound);
    if (round.length === 0) break;
    for (const one of round) {
      if (!isOver()) break;
      left.delete(one.key);
      let bytes = 0;
      for (const id of one.artifacts) {
        const others = (holders.get(id) ?? 1) - 1;
        holders.set(id, others);
        if (others === 0 && sizes.has(id) && !question.protected.has(id)) bytes += remove(id);
      }
      freed += bytes;
      evicted.push({ key: one.key, bytes });
    }
  }
  return { results: evicted, artifacts, freed };
}

/** Cheapest loss first. Results that free nothing, because all their files are protected, are not in it. */
function rank(left: ReadonlyMap<string, Evictable>, holders: ReadonlyMap<string, number>, { results, sizes, protected: safe, now }: EvictionQuestion): Evictable[] {
  const all = new Map(results.map((one) => [one.key, one]));
  const scored = [...left.values()].flatMap((one) => {
    // A file that others hold too is freed in equal parts.
    const bytes = one.artifacts.reduce((sum, id) => sum + (safe.has(id) ? 0 : (sizes.get(id) ?? 0) / Math.max(1, holders.get(id) ?? 1)), 0);
    if (bytes === 0) return [];
    const age = Math.max(0, now - one.lastUsed);
    const likelihood = 0.5 ** (age / halfLife) * (one.isLatest ? 1 : supersededShare);
    return [{ one, score: (recomputeMs(one, all, left) * likelihood) / bytes }];
  });
  return scored.toSorted((a, b) => a.score - b.score || a.one.lastUsed - b.one.lastUsed).map(({ one }) => one);
}

/** Its own time and that of everything above it that would have to run first. */
function recomputeMs(one: Evictable, all: ReadonlyMap<string, Evictable>, kept: ReadonlyMap<string, Evictable>): number {
  let ms = Math.max(1, one.ms);
  const seen = new Set([one.key]);
  const stack = [...one.upstream];
  for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
    if (seen.has(key) || kept.has(key)) continue;
    seen.add(key);
    const above = all.get(key);
    if (above === undefined) continue;
    ms += above.ms;
    stack.push(...above.upstream);
  }
  return ms;
}
