import { stableHash } from '#app/core/hash.ts';
import type { Block } from '#app/reports/document.ts';
import type { Resolved } from '#app/reports/resolved.ts';
import { client } from '../rpc/client.ts';
import { useQuery, type Query } from '../results/use-query.ts';
import { useConfiguration } from '../state/configuration.ts';
import { useRun } from '../state/run.ts';

/** Of a block, only what decides what it shows. */
function decisive(block: Block): unknown {
  const { place: _place, title: _title, caption: _caption, ...rest } = block;
  if (rest.type !== 'chart') return rest;
  const { look: _look, ...chart } = rest;
  return chart;
}

/** What changes results: runs that end, edits of the open pipeline. */
export function useRevision(): string {
  const run = useRun((state) => `${state.runId ?? ''} ${state.status ?? ''}`);
  const freshness = useConfiguration((state) => state.freshness);
  return `${run} ${stableHash(freshness).slice(0, 16)}`;
}

/** What a block shows now, asked again whenever results may have changed. */
export function useBlock(block: Block, pinned: Readonly<Record<string, string>>, revision: string): Query<Resolved> {
  const still = block.type === 'heading' || block.type === 'image' || block.type === 'divider';
  return useQuery(still ? null : stableHash([decisive(block), pinned, revision]), async (signal) => (await client.reports.block({ block, pinned: { ...pinned } }, { signal })) as Resolved);
}
