/**
 * An order in which similar things stand together: average-linkage clustering of distances [size × size], leaves from left to right.
 * Ties go to the first pair, so that it is the same each time.
 */
export function clusterOrder(distances: readonly (readonly number[])[]): number[] {
  const d = distances.map((row) => row.map((value) => (Number.isFinite(value) ? value : 1)));
  let clusters = d.map((_, i) => ({ at: i, members: [i] }));
  const between = (a: readonly number[], b: readonly number[]): number => {
    let sum = 0;
    for (const i of a) for (const j of b) sum += d[i]?.[j] ?? 1;
    return sum / (a.length * b.length);
  };
  // Average distances of clusters, kept by their places and updated as clusters join (Lance and Williams).
  const link = d.map((row) => [...row]);
  while (clusters.length > 1) {
    let best = { value: Number.POSITIVE_INFINITY, a: 0, b: 1 };
    for (let a = 0; a < clusters.length; a++) {
      for (let b = a + 1; b < clusters.length; b++) {
        const value = link[clusters[a]?.at ?? 0]?.[clusters[b]?.at ?? 0] ?? 1;
        if (value < best.value - 1e-12) best = { value, a, b };
      }
    }
    const [one, other] = [clusters[best.a], clusters[best.b]];
    if (one === undefined || other === undefined) break;
    const rest = clusters.filter((_, i) => i !== best.a && i !== best.b);
    const [na, nb] = [one.members.length, other.members.length];
    for (const { at } of rest) {
      const value = ((link[one.at]?.[at] ?? 1) * na + (link[other.at]?.[at] ?? 1) * nb) / (na + nb);
      const [row, column] = [link[one.at], link[at]];
      if (row !== undefined) row[at] = value;
      if (column !== undefined) column[one.at] = value;
    }
    // The ends that are nearer to each other meet in the middle.
    const ends = (list: readonly number[]): readonly [number[], number[]] => [list.slice(0, 1), list.slice(-1)];
    const [aFirst, aLast] = ends(one.members);
    const [bFirst, bLast] = ends(other.members);
    const flipA = Math.min(between(aFirst, bFirst), between(aFirst, bLast)) < Math.min(between(aLast, bFirst), between(aLast, bLast));
    const a = flipA ? one.members.toReversed() : one.members;
    const b = between(a.slice(-1), bLast) < between(a.slice(-1), bFirst) ? other.members.toReversed() : other.members;
    clusters = [...rest, { at: one.at, members: [...a, ...b] }];
  }
  return clusters[0]?.members ?? [];
}
