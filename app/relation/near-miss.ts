/**
 * The candidate that a person most likely meant by `name`, or null when none is close.
 * Optimal string alignment distance (edits, and swaps of neighbours) on lower-cased text; at most a third of the letters may differ.
 */
export function nearMiss(name: string, candidates: Iterable<string>): string | null {
  const wanted = fold(name);
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const folded = fold(candidate);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, folded.length) / 3));
    if (Math.abs(wanted.length - folded.length) > allowed) continue;
    const distance = alignment(wanted, folded);
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** “There is no column “incme”. Did you mean “income”?” as its last sentence, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const candidate = nearMiss(name, candidates);
  return candidate === null ? '' : ` Did you mean “${candidate}”?`;
}

const fold = (text: string): string[] => [...text.toLowerCase().replace(/[\s_-]/g, '')].slice(0, 64);

function alignment(a: readonly string[], b: readonly string[]): number {
  let before: number[] = [];
  let previous = b.map((_, j) => j).concat(b.length);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
