import type { Brief } from '#app/brief/document.ts';
import { stableHash } from '#app/core/hash.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';

/** Techniques for the brief; asked anew only when what they depend on changes, not at every letter. */
export function useAdvice(brief: Brief) {
  const { goal, data, target } = brief;
  const constraints = brief.constraints.map(({ kind }) => kind);
  return useQuery(`brief advice ${stableHash({ goal, data, target, constraints })}`, (signal) => client.brief.advise({ brief }, { signal }));
}
