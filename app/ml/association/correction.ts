/** p-values made to answer for how many of them there are. */

export const corrections = ['none', 'bonferroni', 'holm', 'fdr'] as const;
export type Correction = (typeof corrections)[number];

export const correctionTitles: Readonly<Record<Correction, string>> = {
  none: 'None',
  bonferroni: 'Bonferroni',
  holm: 'Holm: chance of any false one',
  fdr: 'Benjamini–Hochberg: share of false ones',
};

/** Corrected p-values, in the order given; missing ones (NaN) stay missing and do not count. */
export function correct(values: readonly number[], how: Correction): number[] {
  const order = values.flatMap((p, i) => (Number.isNaN(p) ? [] : [{ p, i }])).sort((a, b) => a.p - b.p);
  const n = order.length;
  const answer = values.map(() => Number.NaN);
  if (how === 'fdr') {
    let least = 1;
    for (let rank = n; rank >= 1; rank--) {
      const { p, i } = order[rank - 1] ?? { p: 1, i: -1 };
      least = Math.min(least, (p * n) / rank);
      answer[i] = least;
    }
    return answer;
  }
  let most = 0;
  order.forEach(({ p, i }, rank) => {
    const factor = how === 'none' ? 1 : how === 'bonferroni' ? n : n - rank;
    most = how === 'holm' ? Math.max(most, Math.min(1, p * factor)) : Math.min(1, p * factor);
    answer[i] = most;
  });
  return answer;
}
